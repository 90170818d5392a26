package io.millrace.websocket.session;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.subscription.ReadRights;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The subscriptions of one connection, in the order of their numbers, and what happens to all of them. Each change makes a new array, so
 * whoever goes through {@link #all} may end some of them meanwhile. Belongs to the event loop of the connection.
 */
final class OpenSubscriptions {

    private static final StreamSubscription[] NONE = {};

    private final StreamConnection connection;
    private final SessionServices services;
    private StreamSubscription[] all = NONE;

    OpenSubscriptions(StreamConnection connection, SessionServices services) {
        this.connection = connection;
        this.services = services;
    }

    /** As they are now; not to be changed. */
    StreamSubscription[] all() {
        return all;
    }

    int size() {
        return all.length;
    }

    /** The subscription of a number, or null. */
    StreamSubscription get(int sid) {
        for (StreamSubscription each : all) {
            if (each.sid() == sid) {
                return each;
            }
        }
        return null;
    }

    /** Adds one with a number that no other has. */
    void add(StreamSubscription added) {
        int at = 0;
        while (at < all.length && all[at].sid() < added.sid()) {
            at++;
        }
        StreamSubscription[] more = Arrays.copyOf(all, all.length + 1);
        System.arraycopy(all, at, more, at + 1, all.length - at);
        more[at] = added;
        all = more;
    }

    /** Removes one; false when it is not there (any more). */
    boolean remove(StreamSubscription removed) {
        int at = Arrays.asList(all).indexOf(removed);
        if (at < 0) {
            return false;
        }
        StreamSubscription[] fewer = all.length == 1 ? NONE : Arrays.copyOf(all, all.length - 1);
        System.arraycopy(all, at + 1, fewer, at, all.length - at - 1);
        all = fewer;
        return true;
    }

    void clear() {
        all = NONE;
    }

    /** Whether there is one whose client gets messages beside records. */
    boolean haveControl() {
        for (StreamSubscription each : all) {
            if (each.output().hasControl()) {
                return true;
            }
        }
        return false;
    }

    /** The socket has room again. */
    void writable() {
        for (StreamSubscription each : all) {
            each.catchUp().writable();
        }
    }

    /** The client answered the ping of this number. */
    void ponged(long number) {
        for (StreamSubscription each : all) {
            if (each.membership() != null) {
                each.membership().ponged(number);
            }
        }
    }

    /** Nothing more is sent: asks the client what it has received, as far as the server commits that; false when there is nothing to ask. */
    boolean askForReceipt() {
        for (StreamSubscription each : all) {
            if (each.membership() != null) {
                each.membership().askForReceipt();
            }
        }
        return awaitsReceipt();
    }

    /** Whether an answer to {@link #askForReceipt} is still to come. */
    boolean awaitsReceipt() {
        for (StreamSubscription each : all) {
            if (each.membership() != null && each.membership().awaitsReceipt()) {
                return true;
            }
        }
        return false;
    }

    /** Does what has become due. */
    void tick(long nowNanos) {
        for (StreamSubscription each : all) {
            if (each.catchUp().isToBeClosed()) {
                connection.end(StreamEnd.tooFarBehind(
                        each.subscription().parameters().flow().maxLag()));
                return;
            }
            if (each.membership() != null) {
                each.membership().tick(nowNanos);
            }
            if (connection.outlet().isWritable()
                    && each.output().isCheckpointDue(nowNanos, services.limits().checkpointIntervalMs())) {
                each.checkpoint(null);
                connection.outlet().flush();
            }
        }
    }

    /** Adds how far they are behind to the greatest of each topic. */
    void measureLag(Map<String, Long> recordsByTopic) {
        for (StreamSubscription each : all) {
            each.catchUp().measureLag(recordsByTopic);
        }
    }

    /** The cluster has other topics or partitions now. */
    void topicsChanged(ClusterImage image) {
        for (StreamSubscription each : all) {
            if (each.membership() != null) {
                // The group says what its members get.
                continue;
            }
            try {
                List<TopicPartition> added = services.resolver()
                        .added(
                                image,
                                each.subscription().parameters(),
                                each.followed().partitions());
                each.grown(ReadRights.readable(added, connection.identity().client()));
            } catch (MillraceException e) {
                // Without its place in a token a partition could not be resumed; to leave it out would look complete.
                connection.finish(each, StreamEnd.of(e));
                connection.loop().delivery().endRound();
            }
        }
    }

    /** Ends those to which the client has no right any more. */
    void rightsChanged() {
        for (StreamSubscription each : all) {
            MillraceException lost = ReadRights.lost(
                    each.subscription().parameters(),
                    each.followed().partitions(),
                    connection.identity().client());
            if (lost != null) {
                connection.finish(each, StreamEnd.of(lost));
            }
        }
    }

    /** Where each of them is, by number. */
    Map<Integer, String> tokens() {
        Map<Integer, String> tokens = new TreeMap<>();
        for (StreamSubscription each : all) {
            tokens.put(each.sid(), each.token());
        }
        return tokens;
    }
}
