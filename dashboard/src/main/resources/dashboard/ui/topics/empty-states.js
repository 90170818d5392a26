import { html } from '../../vendor/lit/index.js';
import { millWheel } from '../app/mill-wheel.js';

/** @param {() => void} onCreate */
export const noTopicsYet = onCreate => html`
  <section class="welcome card">
    ${millWheel()}
    <h1>The node is running. Nothing flows yet.</h1>
    <p>
      A topic is a named log of records. Create the first one here and send a record, or start
      <code>./millrace demo</code> to see fifty simulated devices at work.
    </p>
    <button type="button" class="button primary" @click=${onCreate}>Create a topic</button>
  </section>
`;

/**
 * @param {string} name
 * @param {() => void} onCreate
 */
export const unknownTopic = (name, onCreate) => html`
  <section class="welcome card">
    <h1>There is no topic “${name}”.</h1>
    <p>It may have been deleted, or the link has a typing mistake. Choose one from the list, or create it.</p>
    <button type="button" class="button primary" @click=${onCreate}>Create “${name}”</button>
  </section>
`;

/** Before the first answer of the node. */
export const connecting = () => html`
  <section class="welcome" aria-busy="true">
    ${millWheel()}
    <p class="muted">Connecting to the node …</p>
  </section>
`;
