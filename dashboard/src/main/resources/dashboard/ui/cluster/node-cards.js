import { html, nothing } from '../../vendor/lit/index.js';
import { formatCount, formatRate, plural } from '../app/format.js';

/** What a state is called, for people. */
const STATES = { up: 'Up', stopping: 'Stopping', down: 'Down' };

/**
 * The nodes of a cluster, one card each; a dead one cannot be overlooked. A node that is alone has nothing to show here.
 * @param {import('../api/client.js').Overview} overview
 */
export function nodeCards({ nodes, node_id: shownBy, leaderless_partitions: leaderless }) {
  if (nodes.length < 2) {
    return nothing;
  }
  return html`
    <section class="nodes" aria-label="Nodes of the cluster">
      <header class="nodes-head">
        <h2>Nodes <span class="muted">${nodes.length}</span></h2>
        <p class="nodes-health" role="status">${health(nodes, leaderless)}</p>
      </header>
      <ul>
        ${nodes.map(node => card(node, node.node_id === shownBy))}
      </ul>
    </section>
  `;
}

/** One sentence: what is wrong first, worst first. */
function health(nodes, leaderless) {
  const down = nodes.filter(node => node.state === 'down');
  const behind = nodes.reduce((sum, node) => sum + node.out_of_sync, 0);
  const problems = [];
  if (down.length > 0) {
    problems.push(html`<span class="pill bad">${down.length} of ${nodes.length} nodes down</span>`);
  }
  if (!nodes.some(node => node.controller)) {
    problems.push(html`<span class="pill bad">No controller</span>`);
  }
  if (leaderless > 0) {
    problems.push(html`<span class="pill bad">${plural(leaderless, 'partition')} without a leader</span>`);
  }
  if (behind > 0) {
    problems.push(html`<span class="pill warn">${plural(behind, 'replica')} out of sync</span>`);
  }
  return problems.length > 0 ? problems : html`<span class="pill good">All in sync</span>`;
}

function card(node, here) {
  const isDown = node.state === 'down';
  const rate = isDown ? null : node.records_per_second;
  return html`
    <li class="node-card ${node.state}" data-node=${node.node_id} data-state=${node.state}>
      <p class="node-name">
        <span class="dot"></span><b>Node ${node.node_id}</b>
        <span class="node-state">${STATES[node.state] ?? node.state}</span>
      </p>
      <p class="node-marks">
        ${node.controller ? html`<span class="pill accent">controller</span>` : nothing}
        ${node.drained ? html`<span class="pill warn">drained</span>` : nothing}
        ${here ? html`<span class="pill">this page</span>` : nothing}
      </p>
      <p class="node-rate"><b>${formatRate(rate)}</b> <span class="muted">records/s</span></p>
      <dl>
        ${fact('Leads', node.leaders)} ${fact('Replicas', node.replicas)}
        ${fact('Out of sync', node.out_of_sync, node.out_of_sync > 0)} ${fact('Streams', isDown ? null : node.open_streams)}
      </dl>
      <p class="node-address muted">${node.kafka}</p>
    </li>
  `;
}

const fact = (name, value, wrong = false) => html`
  <div class=${wrong ? 'wrong' : ''}>
    <dt>${name}</dt>
    <dd>${value === null || value === undefined ? '–' : formatCount(value)}</dd>
  </div>
`;
