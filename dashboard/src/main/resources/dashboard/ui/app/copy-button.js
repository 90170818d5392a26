import { html, LitElement } from '../../vendor/lit/index.js';

/** How long "Copied" stays. */
const DONE_MS = 1_500;

/** `<copy-button>`: puts `text` on the clipboard and says so. */
export class CopyButton extends LitElement {
  static properties = {
    text: { attribute: false },
    /** What is copied, for screen readers. */
    label: {},
    outcome: { state: true },
  };

  createRenderRoot() {
    return this;
  }

  render() {
    return html`<button type="button" class="button small" aria-label="Copy ${this.label ?? ''}" @click=${this.#copy}>
      <span aria-live="polite">${this.outcome ?? 'Copy'}</span>
    </button>`;
  }

  async #copy() {
    try {
      // Absent when the page comes over plain HTTP from another machine.
      await navigator.clipboard.writeText(this.text);
      this.outcome = 'Copied';
    } catch {
      this.outcome = 'Select and copy by hand';
    }
    setTimeout(() => (this.outcome = undefined), DONE_MS);
  }
}

customElements.define('copy-button', CopyButton);
