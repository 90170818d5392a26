// What an application does with kafkajs: node kafkajs-journey.js BOOTSTRAP
const { Kafka, CompressionTypes, logLevel } = require('kafkajs');
const assert = require('node:assert');

const COUNT = 200;
const kafka = new Kafka({ clientId: 'journey', brokers: [process.argv[2]], logLevel: logLevel.ERROR });

function values(what) {
  return Array.from({ length: COUNT }, (_, i) => `${what} ${i}`);
}

async function consume(topic, groupId, count, readUncommitted = false) {
  const consumer = kafka.consumer({ groupId, readUncommitted, sessionTimeout: 10000 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const seen = [];
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`only ${seen.length} of ${count} records of ${topic}`)), 30000);
    consumer.run({
      eachMessage: async ({ message }) => {
        seen.push(message.value.toString());
        if (seen.length === count) {
          clearTimeout(timer);
          resolve();
        }
      },
    });
  });
  await consumer.disconnect();
  return seen;
}

async function admin() {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'js-plain', numPartitions: 3 }, { topic: 'js-in-transactions' }] });
  assert.ok((await admin.listTopics()).includes('js-plain'));
  const { resources } = await admin.describeConfigs({ resources: [{ type: 2, name: 'js-plain' }] });
  assert.strictEqual(resources[0].errorCode, 0);
  assert.ok(resources[0].configEntries.some(entry => entry.configName === 'retention.ms'));
  await admin.disconnect();
}

async function produceAndConsume() {
  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  await producer.send({
    topic: 'js-plain',
    compression: CompressionTypes.GZIP,
    messages: values('plain').map(value => ({ key: value, value })),
  });
  await producer.disconnect();
  const seen = await consume('js-plain', 'js-group', COUNT);
  assert.deepStrictEqual(seen.sort(), values('plain').sort());
}

async function transactions() {
  const producer = kafka.producer({ transactionalId: 'js-transactional', maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  const aborted = await producer.transaction();
  await aborted.send({ topic: 'js-in-transactions', messages: [{ value: 'aborted' }] });
  await aborted.abort();
  const committed = await producer.transaction();
  await committed.send({ topic: 'js-in-transactions', messages: values('committed').map(value => ({ value })) });
  await committed.commit();
  await producer.disconnect();
  const seen = await consume('js-in-transactions', 'js-transaction-readers', COUNT);
  assert.deepStrictEqual(seen, values('committed'));
}

(async () => {
  for (const step of [admin, produceAndConsume, transactions]) {
    await step();
    console.log(`ok ${step.name}`);
  }
  process.exit(0);
})().catch(failure => {
  console.log(failure);
  process.exit(1);
});
