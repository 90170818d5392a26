package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.KafkaIds;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.raft.ReplicaKey;
import org.apache.kafka.raft.VoterSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes this node a voter while there are fewer than there should be. A node that lost its disk comes back under a new directory id: its
 * old key goes first, since what it had promised under that one is lost.
 *
 * <p>Looks at intervals, on the timer thread; one change at a time.
 */
final class VoterJoin {

    private static final Logger log = LoggerFactory.getLogger(VoterJoin.class);

    private final QuorumSettings settings;
    private final QuorumView view;
    private final VoterChanges changes;
    private final AtomicBoolean changing = new AtomicBoolean();

    VoterJoin(QuorumSettings settings, QuorumView view, VoterChanges changes) {
        this.settings = settings;
        this.view = view;
        this.changes = changes;
    }

    void look() {
        if (!settings.canBecomeVoter() || view.leaderAddress().isEmpty() || view.isLeader()) {
            return;
        }
        VoterSet voters = view.voters();
        if (voters.isVoter(view.self()) || voters.voterIds().isEmpty() || !view.isCaughtUp()) {
            return;
        }
        Optional<ReplicaKey> before = voters.voterKeys().stream()
                .filter(key -> key.id() == settings.nodeId())
                .findFirst();
        if (before.isPresent()) {
            change(
                    "is removed as a voter, as its disk is another one now",
                    () -> changes.remove(
                            settings.nodeId(),
                            KafkaIds.fromKafka(before.get().directoryId().orElse(ReplicaKey.NO_DIRECTORY_ID))));
        } else if (voters.voterIds().size() < settings.voters()) {
            change(
                    "becomes a voter of the metadata quorum",
                    () -> changes.add(settings.nodeId(), settings.directoryId(), settings.ownAddress()));
        }
    }

    @FunctionalInterface
    private interface Change {
        Future<Void> begin();
    }

    private void change(String what, Change change) {
        if (!changing.compareAndSet(false, true)) {
            return;
        }
        change.begin().onComplete(done -> {
            changing.set(false);
            if (done.succeeded()) {
                log.info("Node {} {}", settings.nodeId(), what);
            } else {
                log.debug(
                        "node={} not yet: {}: {}",
                        settings.nodeId(),
                        what,
                        done.cause().getMessage());
            }
        });
    }
}
