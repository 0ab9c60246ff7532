"""MNIST's download against a tiny server with a made-up file: whole, wrong, cut, slow, absent."""

import gzip
import hashlib
import http.server
import struct
import threading
import time

import numpy as np
import pytest

from explorer.images import mnist
from explorer.images.mnist import MnistError, Source, fetch, load_mnist, mnist_gallery, read_idx

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 28, 28), dtype=np.uint8)
LABELS = (np.arange(12) % 10).astype(np.uint8)


def idx(array):
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return gzip.compress(header + array.tobytes(), mtime=0)


CONTENT = {"images.gz": idx(IMAGES), "labels.gz": idx(LABELS)}
SOURCES = {
    "test_images": Source("images.gz", hashlib.sha256(CONTENT["images.gz"]).hexdigest()),
    "test_labels": Source("labels.gz", hashlib.sha256(CONTENT["labels.gz"]).hexdigest()),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        _, way, name = self.path.split("/")
        self.server.asked.append(self.path)
        content = CONTENT[name]
        if way == "absent":
            return self.send_error(404)
        if way == "slow":
            time.sleep(0.5)
            return None
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        sent = {"good": content, "wrong": content[::-1], "cut": content[:-10]}[way]
        self.wfile.write(sent)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.asked = []
        running.address = f"http://127.0.0.1:{running.server_port}"
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def get(server, tmp_path, *ways, timeout=5.0):
    mirrors = [f"{server.address}/{way}/" for way in ways]
    return fetch(SOURCES["test_images"], tmp_path, mirrors=mirrors, timeout=timeout)


def test_a_file_is_downloaded_once(server, tmp_path):
    path = get(server, tmp_path / "new" / "folder", "good")
    assert path.read_bytes() == CONTENT["images.gz"]
    assert get(server, tmp_path / "new" / "folder", "good") == path
    assert server.asked == ["/good/images.gz"]


@pytest.mark.parametrize("bad", ["wrong", "cut", "absent", "slow"])
def test_the_next_mirror_is_tried(server, tmp_path, bad):
    path = get(server, tmp_path, bad, "good", timeout=0.2)
    assert path.read_bytes() == CONTENT["images.gz"]
    assert [file.name for file in tmp_path.iterdir()] == ["images.gz"]


def test_a_wrong_checksum_deletes_the_file_and_says_so(server, tmp_path):
    with pytest.raises(MnistError, match="checksum was wrong, so it was deleted"):
        get(server, tmp_path, "wrong")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bad", ["cut", "absent", "slow"])
def test_a_failed_download_leaves_nothing_and_says_what_to_do(server, tmp_path, bad):
    with pytest.raises(MnistError, match="Check the internet connection") as caught:
        get(server, tmp_path, bad, timeout=0.2)
    assert list(tmp_path.iterdir()) == []
    assert "\n" not in str(caught.value)


def test_offline_gives_one_sentence(tmp_path):
    with pytest.raises(MnistError, match="could not be downloaded"):
        fetch(SOURCES["test_images"], tmp_path, mirrors=["http://127.0.0.1:9/"], timeout=1)


def test_a_damaged_copy_is_replaced(server, tmp_path):
    (tmp_path / "images.gz").write_bytes(b"half a download")
    assert get(server, tmp_path, "good").read_bytes() == CONTENT["images.gz"]


def test_a_far_too_large_file_is_refused(server, tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "LARGEST_FILE", 100)
    with pytest.raises(MnistError, match="too large"):
        get(server, tmp_path, "good")


def test_loading_downloads_only_the_parts_wanted(server, tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "SOURCES", SOURCES)
    arrays = load_mnist(
        parts=("test_images", "test_labels"), folder=tmp_path, mirrors=[f"{server.address}/good/"]
    )
    np.testing.assert_array_equal(arrays["test_images"], IMAGES)
    np.testing.assert_array_equal(arrays["test_labels"], LABELS)
    assert len(server.asked) == 2


def test_loading_a_local_file_asks_nobody(tmp_path):
    path = tmp_path / "mnist.npz"
    np.savez(path, train_images=IMAGES, train_labels=LABELS, test_images=IMAGES, test_labels=LABELS)
    arrays = load_mnist(path)
    assert set(arrays) == {"train_images", "train_labels", "test_images", "test_labels"}
    np.testing.assert_array_equal(arrays["train_images"], IMAGES)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "no file"),
        (b"text", "not a readable"),
        ({"test_labels": LABELS}, "must hold"),
        ({"test_images": IMAGES[0]}, "shape"),
        ({"test_images": IMAGES.astype(float)}, "uint8"),
    ],
)
def test_a_foreign_local_file_gives_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "mnist.npz"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        np.savez(path, **content)
    with pytest.raises(MnistError, match=sentence):
        load_mnist(path, parts=("test_images",))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not gzip",
        gzip.compress(b"", mtime=0),
        gzip.compress(b"\0\0\x0d\x01\0\0\0\x01abcd", mtime=0),
        gzip.compress(struct.pack(">HBBI", 0, 8, 1, 99) + b"short", mtime=0),
        idx(IMAGES)[:200],
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, content):
    path = tmp_path / "file.gz"
    path.write_bytes(content)
    with pytest.raises(MnistError, match="not a gzipped IDX file"):
        read_idx(path)


def test_the_gallery_of_test_images_is_by_digit_and_never_seen():
    gallery = mnist_gallery(IMAGES, LABELS, per_digit=1)
    assert gallery.kinds == [str(digit) for digit in range(10)]
    assert all(not item.seen for item in gallery) and len(gallery) == 10
    np.testing.assert_array_equal(gallery["3, MNIST test image 3"].pixels[..., 0], IMAGES[3])


def test_the_published_names_and_checksums_are_whole():
    assert all(len(source.sha256) == 64 for source in mnist.SOURCES.values())
    assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in mnist.MIRRORS)


def test_the_cache_follows_the_users_wish(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert mnist.cache_folder() == tmp_path / "denoising-explorer" / "mnist"
