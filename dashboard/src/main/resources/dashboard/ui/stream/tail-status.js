import { html, nothing } from '../../vendor/lit/index.js';
import { formatCount, plural } from '../app/format.js';
import { PARTITIONS_MAX } from './topic-feed.js';

/**
 * The line above the rows: what the stream is doing, and honestly what is not shown.
 * @param {object} view
 * @param {import('./topic-feed.js').TopicFeed} view.feed
 * @param {number} view.behind records stored that did not come through the stream yet
 * @param {boolean} view.held rows stand still because the reader points at one
 * @param {() => void} view.onSkip
 */
export function tailStatus({ feed, behind, held, onSkip }) {
  const { state, tail, gap } = feed;
  return html`
    <p class="tail-status" role="status">
      ${streamText(state, behind, onSkip)}
      ${held ? html`<span class="badge warn">Holding still while you point · ${formatCount(tail.waiting)} new</span>` : nothing}
      ${state.name === 'open' && tail.oneIn >= 1.5
        ? html`<span class="badge" title="Too many to read: an even sample is shown, none is lost in the log"
            >Showing 1 in ${formatCount(Math.round(tail.oneIn))} records</span
          >`
        : nothing}
      ${feed.partitionsTotal > PARTITIONS_MAX
        ? html`<span class="badge warn">Following ${PARTITIONS_MAX} of ${feed.partitionsTotal} partitions</span>`
        : nothing}
      ${gap
        ? html`<span class="badge warn"
            >Partition ${gap.partition}: offsets ${gap.from} to ${gap.to} are gone (${gap.reason})</span
          >`
        : nothing}
    </p>
  `;
}

/** A stream this far behind takes long to catch up: offer the short way. */
const FAR_BEHIND = 2_000;

function streamText(state, behind, onSkip) {
  const skip = html`<button type="button" class="link-button" @click=${onSkip}>Skip to the newest</button>`;
  switch (state.name) {
    case 'open':
      return behind > FAR_BEHIND ? html`<span>Catching up, ${plural(behind, 'record')} to go.</span> ${skip}` : nothing;
    case 'paused':
      return html`<span>Paused. ${plural(behind, 'new record')} waiting; Resume continues with the next one.</span>
        ${behind > FAR_BEHIND ? skip : nothing}`;
    case 'waiting':
      return html`<span>Reconnecting ${inSeconds(state.retryAt)}: ${state.reason}. No record is missed.</span>`;
    case 'refused':
      return html`<span class="error-text">The stream was refused (${state.code}): ${state.reason}</span>`;
    case 'connecting':
      return html`<span>Connecting …</span>`;
    default:
      return nothing;
  }
}

/** @param {number} timeMs */
export function inSeconds(timeMs) {
  const seconds = Math.ceil((timeMs - Date.now()) / 1000);
  return seconds > 0 ? `in ${seconds} s` : 'now';
}
