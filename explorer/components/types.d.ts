// What travels between Python, the browser's scripts and Gradio, and in which form: the contract.
//
// Everything here is known in every script by its name alone. The Python side of each value is told
// in the docstring of the component's class, and of signals.py.

// ---- what Gradio gives to a component's script

/** The component's own box. */
declare const element: HTMLElement;

/** What Python set or sent, and what an answer of ours is written to (`props.value = ...`). */
declare const props: {
  /** As the value's own type below has it; each script says which. */
  value: any;
  /** Feed, Noiser, Quiz: a CSS selector of the rail's slider. */
  follows: string;
  /** Quiz: a lesson's name -> its title. */
  titles?: Record<string, string>;
  /** Follower: what has to change before it asks. */
  heeds: 't' | 'scene' | 'network';
  /** Keeper: the settings by their names in an address, as the page opens. */
  opens: Record<string, unknown>;
  /** Pad. */
  size: number;
  ink: Ink;
  /** PictureRow. */
  columns: number;
  /** Scrubber. */
  views: string[];
  placeholder: string;
  /** SeedBox. */
  label: string;
  /** Quiz: the sentences around their value. */
  words: any;
};

/** Python's listeners of this event are called. An event exists because its name stands quoted in
 * the script: see docs/gradio.md. */
declare function trigger(
  event:
    | 'behind'
    | 'deal'
    | 'drawn'
    | 'due'
    | 'found'
    | 'go'
    | 'look'
    | 'pick'
    | 'reveal'
    | 'scrub'
    | 'seeded',
  data: object,
): void;

/** `changed` is called when the server has sent another value; never for what we wrote ourselves. */
declare function watch(name: 'value', changed: () => void): void;

/** What words.toml has for the script: files.py puts it there. */
declare const WORDS: any;

/** A component's WORDS; what scripts fill in stands there in {braces}. */
interface ComponentWords {
  noiser: Record<
    | 'go_to'
    | 'predicted_at'
    | 'nothing_at_0'
    | 'last'
    | 'circle'
    | 'share'
    | 'walk'
    | 'opening'
    | 'sinks'
    | 'sinking'
    | 'rising'
    | 'rises'
    | 'again'
    | 'stop',
    string
  > & { shares: [from: number, words: string][]; channels: string[] };
  noise_maps: Record<'nothing_at_0' | 'moment' | 'walk', string>;
  picture_row: { walk: string; value: string; channels: string[] };
  pad: Record<Ink, string>;
  picker: Record<
    | 'seen'
    | 'never_seen'
    | 'all_kinds'
    | 'kind'
    | 'nothing'
    | 'nothing_of_kind'
    | 'count'
    | 'count_of',
    string
  >;
  scrubber: Record<'count' | 'frame' | 'play' | 'pause' | 'done' | 'stopped', string> & {
    ends: [string, string];
    step: Record<'x_t' | 'eps_hat' | 'x_0_hat' | 'next' | 'sum' | 'first', string> & {
      told: Record<'ddim' | 'fresh' | 'other', string>;
    };
  };
}

// ---- signals.py: a scene, and predictions about it

/** Channels, height, width: images are arrays in this order, as in torch. */
type Shape = [channels: number, height: number, width: number];
type Base64 = string;
type DataURI = string;

/** What the address carries besides t. */
interface Choices {
  denoiser: string;
  /** Digits: JavaScript's numbers have too few of them. */
  seed: string;
  /** null: the visitor's own, which no address can carry. */
  image: string | null;
}

interface SceneMessage {
  /** Names the scene: a prediction carries the key of what it is about. */
  key: string;
  network: string;
  shape: Shape;
  /** 8-bit pixels. */
  x_0: Base64;
  /** Float32, little-endian. */
  eps: Base64;
  choices: Choices;
}

interface Figures {
  mse?: number | null;
  correlation?: number | null;
  ideal_mse?: number | null;
}

interface PredictionMessage {
  key: string;
  t: number;
  figures: Figures;
  /** Int8 steps of `eps_step`; none at t = 0. */
  eps_hat?: Base64;
  eps_step?: number;
  /** 8-bit pixels. */
  x_0_hat?: Base64;
}

interface FeedValue {
  /** A network's name -> its alpha_bar: T + 1 numbers, from 1 (clean) on down. */
  schedules?: Record<string, number[]>;
  scene?: SceneMessage | null;
  t?: number | null;
  prediction?: PredictionMessage | null;
  /** Of the network's ready run; null while it is not ready. */
  film?: Film | null;
}

/** One picture that holds x_t of every step of a run, row by row. */
interface Film {
  sheet: string;
  columns: number;
  /** A side of each, in pixels. */
  cell: number;
  /** Each one's t. */
  times: number[];
}

// ---- scene.js: the same, as the page's scripts have it

interface Scales {
  signal: number;
  noise: number;
  /** noise / signal */
  ratio: number;
  snr: number;
}

interface Scene {
  key: string;
  network: string;
  shape: Shape;
  choices: Choices;
  alphaBar: number[];
  x_0: Float32Array;
  /** The mean of x_0 squared. */
  power: number;
  eps: Float32Array;
}

/** Of the scene on show. */
interface Prediction {
  t: number;
  figures: Figures;
  /** null at t = 0, as x_0_hat. */
  eps_hat: Float32Array | null;
  x_0_hat: Float32Array | null;
}

interface Moment extends Scales {
  t: number;
  x_t: Float32Array;
  scene: Scene;
}

interface Pixel {
  /** Column and row, from the top left. */
  x: number;
  y: number;
  pinned: boolean;
}

interface Live {
  scene: Scene | null;
  moment: Moment | null;
  prediction: Prediction | null;
  /** Has the page been opened, perhaps as it was left? Until then lessons ask for nothing. */
  opened: boolean;
  /** What is pointed at, in all pictures of the scene's size. */
  pixel: Pixel | null;
  film: Film | null;
  /** Of the pixel, where there is colour. */
  channel: number;
  /** The listener hears at once of what is there already, and then of all that comes. */
  on<What extends 'scene' | 'moment' | 'prediction' | 'opened'>(
    what: What,
    listener: (news: NonNullable<Live[What]>) => void,
  ): void;
  /** It hears of null, too: then nothing is pointed at. */
  on(what: 'pixel', listener: (pixel: Pixel | null) => void): void;
  /** What the server has sent. */
  take(message: FeedValue): void;
  /** To the nearest t that there is. */
  moveTo(t: number): void;
  open(): void;
  /** Also to tell anew, when the channel is another. */
  point(pixel: Pixel | null): void;
}

declare var explorer: Live | undefined;

// ---- values of the other components

interface PictureRowValue {
  /** Values are drawn from -range (black) to range (white): from -1 to 1, if it is not given. */
  pictures: { uri: DataURI | null; label?: string; note?: string; range?: number }[];
}

/** A piece of a run; pieces add up. */
interface RunPiece {
  run?: string | number;
  start?: number;
  frames?: DataURI[];
  captions?: string[];
  total?: number;
  done?: boolean;
  status?: string;
  views?: string[];
  /** What the timeline's two ends are called. */
  ends?: [string, string];
  /** t of each of `frames`; with them, a step can be opened. */
  times?: number[];
  /** How the steps are taken: without fresh noise, with it, or otherwise. */
  rule?: 'ddim' | 'fresh' | 'other';
  /** Nobody has asked for it: it plays once by itself. */
  intro?: boolean;
  /** Instead of frames. */
  download?: { name: string; uri: DataURI };
}

interface PickerPicture {
  name: string;
  kind: string;
  seen: boolean;
}

/** With pictures: another gallery. Without: only the mark moves. */
interface PickerValue {
  sheet?: string;
  columns?: number;
  cell?: number;
  pictures?: PickerPicture[];
  selected?: string | null;
}

type Ink = 'digit' | 'colour';

interface PadValue {
  clear?: boolean;
  mode?: Ink;
  size?: number;
}

/** How a jump sets the page. */
interface Show {
  t?: number;
  denoiser?: string;
  seed?: string | number;
  image?: string;
}

interface AnyQuestion {
  id: string;
  lesson: string;
  ask: string;
  reason: string;
  show: Show;
}

interface ChooseQuestion extends AnyQuestion {
  kind: 'choose';
  answers: string[];
  /** An index. */
  right: number;
}

/** Places in a set of this name, as they are shown. */
interface WithPictures {
  set: string;
  pictures: number[];
}

interface PickQuestion extends AnyQuestion, WithPictures {
  kind: 'pick';
  right: number;
}

interface TextsToOrder extends AnyQuestion {
  kind: 'order';
  items: string[];
  /** Indices of items. */
  right: number[];
  /** What stands at the two ends. */
  first: string;
  last: string;
  values?: string[];
}

type OrderQuestion = TextsToOrder | (TextsToOrder & WithPictures);

interface Slider {
  from: number;
  to: number;
  step: number;
  unit: string;
}

interface PredictQuestion extends AnyQuestion {
  kind: 'predict';
  slider: Slider;
  truth: number;
  tolerance: number;
}

interface PersonalQuestion extends AnyQuestion {
  kind: 'personal';
  slider: Slider;
}

type SliderQuestion = PredictQuestion | PersonalQuestion;
type Question = ChooseQuestion | PickQuestion | OrderQuestion | SliderQuestion;

/** An index, a place on the slider, or an order of items. */
type Answer = number | number[];

interface Progress {
  /** The question in sight. */
  at: string | null;
  answers: Record<string, Answer>;
  rounds: number;
  found: number;
}

interface QuizValue {
  questions?: Question[];
  pictures?: Record<string, DataURI[]>;
  waiting?: string;
  runs?: DataURI[];
  truth?: { broken: number; way: string; mended: DataURI };
}

type QuizWords = Record<
  | 'place'
  | 'place_right'
  | 'dots'
  | 'dot'
  | 'answers'
  | 'back'
  | 'next'
  | 'onward'
  | 'again'
  | 'check'
  | 'right'
  | 'wrong'
  | 'close'
  | 'off'
  | 'personal'
  | 'picture'
  | 'coming'
  | 'jump',
  string
> & {
  pictures: string[];
  order: Record<'up' | 'down' | 'moved' | 'said' | 'wrong', string>;
  states: Record<'open' | 'right' | 'wrong' | 'told', string>;
  round: Record<
    | 'title'
    | 'lead'
    | 'deal'
    | 'deal_again'
    | 'dealing'
    | 'run'
    | 'how'
    | 'both'
    | 'which_only'
    | 'how_only'
    | 'neither'
    | 'tally',
    string
  >;
  ways: Record<string, Record<'name' | 'lesson' | 'reason', string>>;
};

// ---- keeper.py

/** As it was written into the browser's storage. */
interface Kept {
  address?: string;
  picture?: { name: string; uri: DataURI } | null;
}

interface KeeperValue {
  /** HTML, with data-own if its picture is the visitor's own. */
  card: string;
  /** Of the settings, in the order of their names. */
  values: unknown[];
  /** A hand has set one. */
  setting?: boolean;
}

// ---- figures.js: what of a figure follows t. Python writes it into the figure's layout.meta.follows

interface Follows {
  /** Indices of the shapes that are vertical lines at t. */
  lines?: number[];
  /** Markers at (t, a figure of the prediction), which never stand lower than `lowest`. The lines
   * then stand at the prediction's t. */
  points?: { trace: number; figure: keyof Figures; lowest: number }[];
  /** A trace of bars, x_t's density, and an annotation that ends with how alike neighbours are. */
  histogram?: { trace: number; note: number; low: number; high: number; bins: number };
}

interface PlotElement extends HTMLElement {
  layout?: {
    annotations?: { text: string }[];
    /** `grown`: grown.js notes how much larger it has made it. */
    meta?: { follows?: Follows; grown?: number };
  };
  /** Plotly's, once it is drawn. */
  on?: (event: 'plotly_afterplot', listener: () => void) => void;
}

// ---- what the page's scripts tell each other beside it

interface WindowEventMap {
  /** Go to the lesson of this name. */
  'explorer:visit': CustomEvent<string>;
  /** Another lesson is in sight. */
  'explorer:lesson': Event;
  /** The address was written. */
  'explorer:address': Event;
  /** What a hand has set, for the address. */
  'explorer:settings': CustomEvent<Record<string, string | null>>;
  /** See explorerKeeper. */
  'explorer:keeper': Event;
}

/** One of the page's lessons, or the map of labs. */
interface Room {
  name: string;
  /** Of its element. */
  id: string;
  /** Of the window, while it is in sight. */
  title: string;
}

interface Window {
  /** head.py writes it. */
  explorerRooms?: Room[];
  /** Gradio's: what it builds the page from. */
  gradio_config?: {
    components: {
      props: { elem_id?: string; elem_classes?: string | string[]; visible?: unknown };
    }[];
  };
  /** How far Python has come: keeper.py writes it. */
  explorerKeeper?: 'opened' | 'given back';
  /** Gradio's; there once a figure is. */
  Plotly?: {
    relayout(plot: Element, layout: object): void;
    update(plot: Element, data: object, layout: object, traces: number[]): void;
  };
}
