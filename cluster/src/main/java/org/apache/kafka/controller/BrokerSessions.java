package org.apache.kafka.controller;

import java.util.concurrent.TimeUnit;

/**
 * Ends the session of a broker that is known to be dead, which Kafka's controller otherwise only does by waiting. In Kafka's package
 * because the sessions are visible there only; nothing else belongs here.
 */
public final class BrokerSessions {

    private static final long LONG_AGO_NS = TimeUnit.HOURS.toNanos(1);

    private BrokerSessions() {}

    /** Makes the last contact of a broker's process life so old that it counts as gone. Any thread; nothing happens on a controller that is not active. */
    public static void end(QuorumController controller, int brokerId, long brokerEpoch) {
        BrokerHeartbeatManager sessions = controller.clusterControl().heartbeatManager();
        BrokerIdAndEpoch life = new BrokerIdAndEpoch(brokerId, brokerEpoch);
        if (sessions != null && sessions.tracker().contactTime(life).isPresent()) {
            sessions.tracker().updateContactTime(life, System.nanoTime() - LONG_AGO_NS);
        }
    }
}
