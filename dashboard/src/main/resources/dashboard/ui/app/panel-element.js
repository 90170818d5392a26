import { html, LitElement, nothing } from '../../vendor/lit/index.js';

/**
 * Base of everything that opens at the side of the page: a native modal dialog, so that the browser keeps the focus
 * inside, closes it with Escape and gives the focus back. Subclasses write `heading` and `renderBody()`; the body is
 * only rendered while the panel is open.
 */
export class PanelElement extends LitElement {
  static properties = {
    opened: { state: true },
  };

  constructor() {
    super();
    this.opened = false;
  }

  createRenderRoot() {
    return this;
  }

  /** @returns {string} */
  get heading() {
    return '';
  }

  renderBody() {
    return nothing;
  }

  async open() {
    this.opened = true;
    await this.updateComplete;
    this.#dialog.showModal();
  }

  close() {
    this.#dialog.close();
  }

  render() {
    return html`
      <dialog class="panel" aria-label=${this.heading} @close=${() => (this.opened = false)} @click=${this.#clicked}>
        <div class="panel-inner">
          <header class="panel-head">
            <h2>${this.heading}</h2>
            <button type="button" class="icon-button" aria-label="Close" @click=${() => this.close()}>✕</button>
          </header>
          ${this.opened ? this.renderBody() : nothing}
        </div>
      </dialog>
    `;
  }

  get #dialog() {
    return this.querySelector('dialog');
  }

  /** The dialog's own area outside of its content is the backdrop. */
  #clicked(event) {
    if (event.target === event.currentTarget) {
      this.close();
    }
  }
}
