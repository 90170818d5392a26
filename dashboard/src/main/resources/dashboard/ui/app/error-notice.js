import { html, nothing } from '../../vendor/lit/index.js';

/** What to do next when there was no answer. Answers of the server say it themselves. */
const ADVICE = {
  UNREACHABLE: 'Is the node running? Start it with ./millrace start; the page comes back by itself.',
  TIMEOUT: 'The node may be busy. The page goes on trying.',
};

/**
 * Every error of the page looks like this: what happened, what to do next.
 * @param {import('../api/client.js').ApiError|null|undefined} error
 */
export function errorNotice(error) {
  if (!error) {
    return nothing;
  }
  const advice = ADVICE[error.error] ?? '';
  const message = error.message.charAt(0).toUpperCase() + error.message.slice(1);
  return html`
    <div class="notice error" role="alert">
      <p>${message.replace(/[^.!?]$/, '$&.')} ${advice}</p>
      ${error.error && error.status ? html`<p class="muted"><code>${error.status} ${error.error}</code></p>` : nothing}
    </div>
  `;
}
