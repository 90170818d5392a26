import { html } from '../../vendor/lit/index.js';
import { createTopic } from '../api/client.js';
import { errorNotice } from '../app/error-notice.js';
import { PanelElement } from '../app/panel-element.js';

/** The page's suggestion: enough to spread over cores, few enough to look at. */
const PARTITIONS = 4;

/** `<create-topic>`: a form; fires `topic-created` with the name as detail. */
export class CreateTopic extends PanelElement {
  static properties = {
    name: {},
    error: { state: true },
    busy: { state: true },
  };

  get heading() {
    return 'New topic';
  }

  async open(name = '') {
    this.name = name;
    this.error = null;
    await super.open();
  }

  renderBody() {
    return html`
      <form @submit=${this.#create}>
        <label class="field">
          Name <span class="muted">letters, digits, dots, dashes and underscores</span>
          <input
            name="name"
            required
            maxlength="249"
            pattern="[a-zA-Z0-9._\\-]+"
            autocomplete="off"
            placeholder="readings"
            .value=${this.name}
          />
        </label>
        <label class="field">
          Partitions <span class="muted">order is kept within one; more of them spread the load</span>
          <input name="partitions" type="number" required min="1" max="1000" value=${PARTITIONS} />
        </label>
        <div class="form-end">
          <button class="button primary" ?disabled=${this.busy}>${this.busy ? 'Creating …' : 'Create topic'}</button>
        </div>
        ${errorNotice(this.error)}
      </form>
    `;
  }

  async #create(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    this.name = form.get('name');
    this.busy = true;
    this.error = null;
    try {
      await createTopic(this.name, Number(form.get('partitions')));
      this.close();
      this.dispatchEvent(new CustomEvent('topic-created', { detail: this.name }));
    } catch (error) {
      this.error = error;
    } finally {
      this.busy = false;
    }
  }
}

customElements.define('create-topic', CreateTopic);
