import { html } from '../../vendor/lit/index.js';
import '../app/copy-button.js';
import { PanelElement } from '../app/panel-element.js';
import { sampleRecord } from './sample-record.js';
import { snippets } from './snippets.js';

/** `<connect-panel>`: how to read and write a topic from elsewhere. */
export class ConnectPanel extends PanelElement {
  static properties = {
    topic: {},
    overview: { attribute: false },
    feed: { attribute: false },
  };

  get heading() {
    return `Connect to ${this.topic}`;
  }

  async open() {
    // Chosen once: an example that changes while it is being copied is no help.
    this.sample = sampleRecord(this.feed);
    await super.open();
  }

  renderBody() {
    return snippets(this.topic, this.sample, this.overview).map(
      ({ title, text }) => html`
        <section class="snippet">
          <div class="code-head">
            <h3>${title}</h3>
            <copy-button label=${title} .text=${text}></copy-button>
          </div>
          <pre class="code" tabindex="0">${text}</pre>
        </section>
      `,
    );
  }
}

customElements.define('connect-panel', ConnectPanel);
