import { html, nothing } from '../../vendor/lit/index.js';
import { formatCount, formatTime } from '../app/format.js';
import { SERIES_MAX } from '../charts/palette.js';
import './json-preview.js';
import { keyText } from './record-filter.js';

/** @param {import('../../client/millrace.js').MillraceRecord} record */
export const rowId = record => `${record.partition}:${record.offset}`;

/**
 * @param {import('../../client/millrace.js').MillraceRecord} record
 * @param {(record: import('../../client/millrace.js').MillraceRecord) => void} onOpen
 */
export const recordRow = (record, onOpen) => html`
  <tr data-partition=${record.partition} data-offset=${record.offset}>
    <td class="cell-time">${formatTime(record.timestamp)}</td>
    <td class="cell-partition">
      <span class="badge tinted series-${1 + (record.partition % SERIES_MAX)}" title="Partition ${record.partition}"
        ><span>${record.partition}</span></span
      >
    </td>
    <td class="cell-offset">
      <button
        type="button"
        class="row-button"
        aria-label="Open record ${record.offset} of partition ${record.partition}"
        @click=${() => onOpen(record)}
      >
        ${formatCount(record.offset)}
      </button>
    </td>
    <td class="cell-key">${keyText(record) || html`<span class="muted">–</span>`}</td>
    <td class="cell-value">
      ${record.gap ? html`<span class="badge warn" title=${record.gap.reason}>gap before</span> ` : nothing}<json-preview
        .record=${record}
      ></json-preview>
    </td>
  </tr>
`;
