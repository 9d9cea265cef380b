/** On a phone, one of the three rooms at a time: `<button data-room-choice="talk">` sets it on the nearest `.rooms`. */

export function listenForRooms(): void {
  document.addEventListener("click", (event) => {
    const choice = (event.target as Element).closest<HTMLElement>("[data-room-choice]");
    const rooms = document.querySelector<HTMLElement>(".rooms");
    if (!choice || !rooms) return;
    rooms.dataset.room = choice.dataset.roomChoice!;
    for (const button of rooms.querySelectorAll<HTMLElement>(".room-switch [data-room-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.roomChoice === rooms.dataset.room));
    }
  });
}
