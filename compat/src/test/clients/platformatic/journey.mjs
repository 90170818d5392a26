// What an application does with @platformatic/kafka: node journey.mjs BOOTSTRAP
import assert from 'node:assert';
import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';

const COUNT = 200;
const READ_COMMITTED = 1;
const client = { clientId: 'journey', bootstrapBrokers: [process.argv[2]] };
const withAdmin = async what => {
  const admin = new Admin(client);
  try {
    return await what(admin);
  } finally {
    await admin.close();
  }
};

function values(what) {
  return Array.from({ length: COUNT }, (_, i) => `${what} ${i}`);
}

/** Reads until so many records have come, and commits each. */
async function consume(topic, groupId, count, more = {}) {
  const consumer = new Consumer({ ...client, groupId, deserializers: stringDeserializers, maxWaitTime: 500, ...more });
  const stream = await consumer.consume({
    topics: [topic],
    autocommit: false,
    mode: 'committed',
    fallbackMode: 'earliest',
    highWaterMark: 10,
    isolationLevel: READ_COMMITTED,
  });
  const seen = [];
  const timer = setTimeout(() => stream.destroy(new Error(`only ${seen.length} of ${count} records of ${topic}`)), 30000);
  for await (const message of stream) {
    seen.push(message.value);
    await message.commit();
    if (seen.length === count) {
      break;
    }
  }
  clearTimeout(timer);
  await consumer.close(true);
  return seen;
}

async function admin() {
  await withAdmin(async admin => {
    const created = await admin.createTopics({ topics: ['platformatic'], partitions: 3, replicas: 1 });
    assert.strictEqual(created[0].partitions, 3);
    await admin.createTopics({ topics: ['platformatic-in-transactions', 'platformatic-gone'], partitions: 1, replicas: 1 });
    await admin.createPartitions({ topics: [{ name: 'platformatic-gone', count: 2, assignments: null }] });
    await admin.deleteTopics({ topics: ['platformatic-gone'] });
    const topics = await admin.listTopics();
    assert.ok(topics.includes('platformatic') && !topics.includes('platformatic-gone'));
    const resource = { resourceType: 2, resourceName: 'platformatic' };
    await admin.incrementalAlterConfigs({
      resources: [{ ...resource, configs: [{ name: 'retention.ms', configOperation: 0, value: '86400000' }] }],
    });
    const [described] = await admin.describeConfigs({ resources: [{ ...resource, configurationKeys: null }] });
    assert.strictEqual(described.configs.find(each => each.name === 'retention.ms').value, '86400000');
  });
}

async function produce() {
  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    const producer = new Producer({ ...client, serializers: stringSerializers, idempotent: true, acks: -1, compression });
    const messages = values(compression).map(value => ({ topic: 'platformatic', key: value, value, headers: { compression } }));
    const { offsets } = await producer.send({ messages });
    assert.ok(offsets.length > 0);
    await producer.close();
  }
}

/** Two lives of one group, of which the second goes on where the first has committed; then its offsets as an administrator sees them. */
async function group(groupId, more) {
  const all = ['none', 'gzip', 'snappy', 'lz4', 'zstd'].flatMap(values);
  const seen = await consume('platformatic', groupId, all.length / 2, more);
  seen.push(...(await consume('platformatic', groupId, all.length - seen.length, more)));
  assert.deepStrictEqual(seen.sort(), all.sort());
  await withAdmin(async admin => {
    const groups = () => admin.listGroups({ types: ['classic', 'consumer'] });
    assert.ok((await groups()).has(groupId));
    const [{ topics }] = await admin.listConsumerGroupOffsets({ groups: [groupId] });
    const committed = topics[0].partitions.reduce((sum, each) => sum + Number(each.committedOffset), 0);
    assert.strictEqual(committed, all.length);
    await admin.deleteGroups({ groups: [groupId] });
    assert.ok(!(await groups()).has(groupId));
  });
}

async function classicGroup() {
  await group('platformatic-classic', { sessionTimeout: 10000, heartbeatInterval: 500 });
}

async function consumerGroup() {
  await group('platformatic-consumer', { groupProtocol: 'consumer' });
}

async function transactions() {
  const topic = 'platformatic-in-transactions';
  const producer = new Producer({
    ...client,
    serializers: stringSerializers,
    idempotent: true,
    transactionalId: 'platformatic-transactional',
  });
  const aborted = await producer.beginTransaction();
  await aborted.send({ messages: [{ topic, value: 'aborted' }] });
  await aborted.abort();
  const committed = await producer.beginTransaction();
  await committed.send({ messages: values('committed').map(value => ({ topic, value })) });
  await committed.commit();
  await producer.close();
  assert.deepStrictEqual(await consume(topic, 'platformatic-transaction-readers', COUNT), values('committed'));
}

for (const step of [admin, produce, classicGroup, consumerGroup, transactions]) {
  await step();
  console.log(`ok ${step.name}`);
}
