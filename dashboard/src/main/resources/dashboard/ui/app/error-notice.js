import { html, nothing } from '../../vendor/lit/index.js';

/** What to do next, by the name of the error in the server's catalogue. The server's own message comes first. */
const ADVICE = {
  UNREACHABLE: 'Is the node running? Start it with ./millrace start; the page comes back by itself.',
  TIMEOUT: 'The node may be busy. The request can be tried again.',
  UNKNOWN_TOPIC_OR_PARTITION: 'Check the name, or create the topic.',
  TOPIC_ALREADY_EXISTS: 'Choose another name, or open the topic that is there.',
  INVALID_TOPIC_EXCEPTION: 'Names have letters, digits, dots, dashes and underscores, up to 249 of them.',
  MESSAGE_TOO_LARGE: 'Send a smaller record, or raise max.message.bytes of the topic.',
  REQUEST_TIMED_OUT: 'It is not known whether the record was stored: look into the topic before sending again.',
};

/**
 * Every error of the page looks like this: what happened, what to do next.
 * @param {import('../api/client.js').ApiError|null|undefined} error
 */
export function errorNotice(error) {
  if (!error) {
    return nothing;
  }
  const advice = ADVICE[error.error] ?? (error.retriable ? 'It is safe to try again.' : '');
  const message = error.message.charAt(0).toUpperCase() + error.message.slice(1);
  return html`
    <div class="notice error" role="alert">
      <p>${message.replace(/[^.!?]$/, '$&.')} ${advice}</p>
      ${error.error && error.status ? html`<p class="muted"><code>${error.status} ${error.error}</code></p>` : nothing}
    </div>
  `;
}
