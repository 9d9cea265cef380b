/** On a phone, one of the three rooms at a time: `<button data-room-choice="talk">` sets it on the nearest `.rooms`. */

export function listenForRooms(): void {
  document.addEventListener("click", (event) => {
    const choice = (event.target as Element).closest<HTMLElement>("[data-room-choice]");
    if (choice) show(choice.dataset.roomChoice!);
  });
  const tablet = matchMedia("(min-width: 761px) and (max-width: 1100px)");
  const settle = () => tablet.matches && document.querySelector(".rooms:not([data-room='about'])") && show("talk");
  tablet.addEventListener("change", settle);
  settle();
}

function show(room: string): void {
  const rooms = document.querySelector<HTMLElement>(".rooms");
  if (!rooms) return;
  rooms.dataset.room = room;
  for (const button of rooms.querySelectorAll<HTMLElement>(".room-switch [data-room-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.roomChoice === room));
  }
}
