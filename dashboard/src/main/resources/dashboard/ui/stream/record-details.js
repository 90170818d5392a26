import { html, nothing } from '../../vendor/lit/index.js';
import '../app/copy-button.js';
import { formatDateTime } from '../app/format.js';
import { PanelElement } from '../app/panel-element.js';
import { jsonNodes } from './json-text.js';

/** `<record-details>`: one record, whole. */
export class RecordDetails extends PanelElement {
  static properties = {
    record: { attribute: false },
  };

  get heading() {
    return this.record ? `Record ${this.record.offset} of partition ${this.record.partition}` : 'Record';
  }

  renderBody() {
    const { record } = this;
    const text = record.value_base64 ?? JSON.stringify(record.value ?? null, null, 2);
    return html`
      <dl class="facts">
        <dt>Time</dt>
        <dd>${formatDateTime(record.timestamp)} <span class="muted">(${record.timestamp})</span></dd>
        <dt>Key</dt>
        <dd>${record.key ?? record.key_base64 ?? html`<span class="muted">none</span>`}</dd>
        <dt>Topic</dt>
        <dd>${record.topic}</dd>
        ${(record.headers ?? []).map(
          header => html`
            <dt>${header.name}</dt>
            <dd>${header.value ?? header.value_base64 ?? html`<span class="muted">null</span>`}</dd>
          `,
        )}
      </dl>
      <div class="code-head">
        <h3>${this.#kindOfValue()}</h3>
        <copy-button label="the value" .text=${text}></copy-button>
      </div>
      <pre class="code" tabindex="0">${jsonNodes(text)}</pre>
      ${record.gap
        ? html`<p class="notice">
            Offsets ${record.gap.from} to ${record.gap.to} before this record are gone (${record.gap.reason}).
          </p>`
        : nothing}
    `;
  }

  #kindOfValue() {
    if (this.record.value_base64 !== undefined) {
      return 'Value (not JSON, in base64)';
    }
    return this.record.value === null ? 'Value (null: a tombstone)' : 'Value';
  }
}

customElements.define('record-details', RecordDetails);
