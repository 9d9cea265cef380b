/** Files for the next message: uploaded when chosen, shown as chips, taken away again by their cross. */

export function attachFiles(): void {
  document.addEventListener("change", (event) => {
    const input = event.target as HTMLInputElement;
    if (input.matches("[data-attach]")) void upload(input);
  });
  document.addEventListener("click", (event) => {
    (event.target as Element).closest("[data-detach]")?.closest(".chip")?.remove();
  });
}

async function upload(input: HTMLInputElement): Promise<void> {
  const place = document.getElementById("attached");
  const file = input.files?.[0];
  input.value = "";
  if (!place || !file) return;
  const body = new FormData();
  body.append("file", file);
  const token = document.querySelector<HTMLInputElement>('#composer [name="csrfmiddlewaretoken"]')!.value;
  const answer = await fetch(input.dataset.attach!, { method: "POST", body, headers: { "X-CSRFToken": token } });
  const text = await answer.text();
  if (answer.ok) {
    const chip = new DOMParser().parseFromString(text, "text/html").body.firstElementChild;
    if (chip) place.append(chip);
  } else {
    document.dispatchEvent(new CustomEvent("fanal:toast", { detail: { text, kind: "stop" } }));
  }
}
