import { html, nothing } from '../../vendor/lit/index.js';
import { isJson, sendRecord } from '../api/client.js';
import { errorNotice } from '../app/error-notice.js';
import { PanelElement } from '../app/panel-element.js';
import { sampleRecord } from './sample-record.js';

/** `<send-record>`: a small form that stores one record. */
export class SendRecord extends PanelElement {
  static properties = {
    topic: {},
    feed: { attribute: false },
    value: { state: true },
    outcome: { state: true },
    error: { state: true },
    busy: { state: true },
  };

  get heading() {
    return `Send a record to ${this.topic}`;
  }

  async open() {
    const sample = sampleRecord(this.feed);
    this.key = sample.key;
    this.value = JSON.stringify(sample.value, null, 2);
    this.outcome = this.error = null;
    await super.open();
  }

  renderBody() {
    return html`
      <form @submit=${this.#send}>
        <label class="field">
          Key <span class="muted">records with the same key stay in order; empty for none</span>
          <input name="key" autocomplete="off" .value=${this.key} @input=${event => (this.key = event.target.value)} />
        </label>
        <label class="field">
          Value
          <span class="muted">${isJson(this.value) ? 'JSON' : 'not JSON: it will be stored as plain text'}</span>
          <textarea
            name="value"
            rows="10"
            spellcheck="false"
            .value=${this.value}
            @input=${event => (this.value = event.target.value)}
            @keydown=${this.#sendOnCtrlEnter}
          ></textarea>
        </label>
        <div class="form-end">
          <button class="button primary" ?disabled=${this.busy}>${this.busy ? 'Sending …' : 'Send'}</button>
          <span class="muted">or Ctrl + Enter</span>
        </div>
        ${this.outcome
          ? html`<p class="notice success" role="status">
              Stored: partition ${this.outcome.partition}, offset ${this.outcome.offset}, after
              ${this.outcome.tookMs.toFixed(1)} ms.
            </p>`
          : nothing}
        ${errorNotice(this.error)}
      </form>
    `;
  }

  async #send(event) {
    event.preventDefault();
    this.busy = true;
    this.outcome = this.error = null;
    const begunAt = performance.now();
    try {
      const stored = await sendRecord(this.topic, this.key, this.value);
      this.outcome = { ...stored, tookMs: performance.now() - begunAt };
    } catch (error) {
      this.error = error;
    } finally {
      this.busy = false;
    }
  }

  #sendOnCtrlEnter(event) {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.target.form.requestSubmit();
    }
  }
}

customElements.define('send-record', SendRecord);
