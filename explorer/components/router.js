// @ts-check
// The router: asks Gradio to build the room of the lesson in sight, if it has not been built.

function build() {
  const name = document.documentElement.dataset.lesson ?? '';
  const room = window.explorerRooms?.find((one) => one.name === name);
  if (!room || document.getElementById(room.id)) return;
  props.value = name;
  trigger('go', {});
}

window.addEventListener('explorer:lesson', build);
build();
