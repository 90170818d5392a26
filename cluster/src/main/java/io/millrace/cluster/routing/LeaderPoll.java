package io.millrace.cluster.routing;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.routing.LeaderClient.Fetch;
import io.millrace.cluster.routing.LeaderClient.Fetched;
import io.millrace.cluster.routing.LeaderClient.From;
import io.millrace.cluster.routing.OffsetLookups.Learned;
import io.millrace.cluster.routing.RemotePartitions.Watched;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one leader for what is new in all of its partitions that are watched here: one request at a time, which waits there until there is
 * something. Ends by itself when nothing is watched any more.
 *
 * <p>Everything runs on the event loop of {@link RemotePartitions}.
 */
final class LeaderPoll {

    private static final Logger log = LoggerFactory.getLogger(LeaderPoll.class);

    /** Also how late a partition may join that is watched from now on. */
    private static final int WAIT_MS = 100;

    private static final int BYTES_MAX = 8 << 20;
    private static final int PARTITION_BYTES_MAX = 1 << 20;
    private static final long PAUSE_MIN_MS = 20;
    private static final long PAUSE_MAX_MS = 500;

    private final Vertx vertx;
    private final int leader;
    private final RemotePartitions partitions;
    private final LeaderClient client;
    private final OffsetLookups lookups;
    private boolean busy;
    private long pauseMs = PAUSE_MIN_MS;

    LeaderPoll(Vertx vertx, int leader, RemotePartitions partitions, LeaderClient client) {
        this.vertx = vertx;
        this.leader = leader;
        this.partitions = partitions;
        this.client = client;
        this.lookups = new OffsetLookups(client);
    }

    /** There is something to ask for. */
    void wake() {
        if (!busy) {
            busy = true;
            next();
        }
    }

    private void next() {
        List<Watched> watched = partitions.watchedAt(leader);
        if (watched.isEmpty()) {
            busy = false;
            return;
        }
        List<Watched> unknown = watched.stream()
                .filter(each -> each.partition().offsetsOrNull() == null)
                .toList();
        if (unknown.isEmpty()) {
            fetch(watched);
            return;
        }
        lookups.ask(leader, unknown.stream().map(Watched::known).toList()).onSuccess(learned -> {
            boolean any = unknown.size() < watched.size();
            for (int i = 0; i < unknown.size(); i++) {
                any |= learn(unknown.get(i), learned.get(i));
            }
            if (any) {
                fetch(watched);
            } else {
                pause();
            }
        });
    }

    private static boolean learn(Watched watched, Learned learned) {
        if (learned.error() != ErrorCode.NONE) {
            return false;
        }
        watched.partition().learned(learned.known().leaderEpoch(), learned.logStartOffset(), learned.highWatermark());
        return true;
    }

    private void fetch(List<Watched> watched) {
        List<Watched> asked = new ArrayList<>(watched.size());
        List<From> entries = new ArrayList<>(watched.size());
        for (Watched each : watched) {
            PartitionOffsets offsets = each.partition().offsetsOrNull();
            if (offsets != null) {
                asked.add(each);
                entries.add(new From(each.known(), position(each.partition(), offsets), PARTITION_BYTES_MAX));
            }
        }
        client.fetch(leader, new Fetch(entries, WAIT_MS, BYTES_MAX)).onComplete(done -> {
            if (done.failed()) {
                log.atDebug()
                        .addKeyValue("leader", leader)
                        .log(
                                "A leader does not answer; it is asked again: {}",
                                done.cause().toString());
                pause();
            } else if (takeAll(asked, entries, done.result())) {
                pauseMs = PAUSE_MIN_MS;
                next();
            } else {
                pause();
            }
        });
    }

    /** The end of the window; after a time in which nobody watched, what is known to be old is left out. */
    private static long position(RemotePartition partition, PartitionOffsets offsets) {
        if (partition.window().isLeft()) {
            partition.window().restart(offsets.highWatermark());
        }
        return partition.window().end();
    }

    /** Whether all partitions may be asked for again at once. */
    private static boolean takeAll(List<Watched> asked, List<From> entries, List<Fetched> answers) {
        boolean fine = true;
        for (int i = 0; i < asked.size(); i++) {
            fine &= take(asked.get(i), entries.get(i), answers.get(i));
        }
        return fine;
    }

    private static boolean take(Watched watched, From asked, Fetched answer) {
        RemotePartition partition = watched.partition();
        int epoch = watched.known().leaderEpoch();
        if (answer.error() == ErrorCode.NONE) {
            if (partition.window().end() == asked.offset()) {
                partition.window().append(answer.records());
            }
            partition.learned(epoch, answer.logStartOffset(), answer.highWatermark());
            return true;
        }
        if (answer.error() == ErrorCode.OFFSET_OUT_OF_RANGE && answer.highWatermark() >= 0) {
            partition.restart(epoch, answer.logStartOffset(), answer.highWatermark());
        }
        return false;
    }

    private void pause() {
        // Perhaps another node leads some of them now.
        partitions.poll();
        vertx.setTimer(pauseMs, timer -> next());
        pauseMs = Math.min(PAUSE_MAX_MS, 2 * pauseMs);
    }
}
