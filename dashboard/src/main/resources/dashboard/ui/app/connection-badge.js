import { html } from '../../vendor/lit/index.js';
import { inSeconds } from '../stream/tail-status.js';

/** @param {import('../api/overview-poller.js').NodeState} state */
export function connectionBadge(state) {
  return html`<span class="connection ${state.name}" role="status"><span class="dot"></span>${text(state)}</span>`;
}

function text(state) {
  switch (state.name) {
    case 'live':
      return 'Live';
    case 'reconnecting':
      return `Reconnecting ${inSeconds(state.retryAt)}`;
    case 'offline':
      return `Offline · trying ${inSeconds(state.retryAt)}`;
    default:
      return 'Connecting …';
  }
}
