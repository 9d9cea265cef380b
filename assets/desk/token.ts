/** The token that a form carries: what it asks of the server is asked by our own page. */

export function tokenOf(form: HTMLElement): string {
  return form.querySelector<HTMLInputElement>('[name="csrfmiddlewaretoken"]')!.value;
}
