/**
 * One door into Kafka's controller that is open only inside its package: {@link org.apache.kafka.controller.BrokerSessions}. Runs on any
 * thread.
 */
package org.apache.kafka.controller;
