package io.millrace.storage.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.LogOffsets;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.PartitionLog.EpochEndOffset;
import io.millrace.storage.ReadResult;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.batch.ControlMarker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must be found of one log after a crash. Whoever changes the log says so here first (from then on both states are
 * right) and again when the log said that it is done (from then on only the new one is).
 */
final class LogModel {

    /** A batch as it was sent, and as it must lie in the log. */
    record Batch(long baseOffset, byte[] sent, byte[] stored) {
        ByteBuffer header() {
            return ByteBuffer.wrap(stored);
        }

        long lastOffset() {
            return BatchHeader.lastOffset(header(), 0);
        }

        long producerId() {
            return BatchHeader.producerId(header(), 0);
        }
    }

    boolean mayBeThere;
    boolean mayBeAbsent = true;

    /** The log without a crash, including what was deleted at its start. */
    final List<Batch> batches = new ArrayList<>();

    private long durableEnd;
    private long startDurable;
    private long startMost;
    private int epochBegun = -1;
    private long epochBegunAt;
    private int epochMost = -1;

    /** What is missing was dropped, whether its producer is remembered or not. */
    private boolean restarting;

    private long restartOffset;

    synchronized LogModel copy() {
        LogModel copy = new LogModel();
        copy.mayBeThere = mayBeThere;
        copy.mayBeAbsent = mayBeAbsent;
        copy.batches.addAll(batches);
        copy.durableEnd = durableEnd;
        copy.startDurable = startDurable;
        copy.startMost = startMost;
        copy.epochBegun = epochBegun;
        copy.epochBegunAt = epochBegunAt;
        copy.epochMost = epochMost;
        copy.restarting = restarting;
        copy.restartOffset = restartOffset;
        return copy;
    }

    synchronized long end() {
        return batches.isEmpty()
                ? startMost
                : Math.max(startMost, batches.get(batches.size() - 1).lastOffset() + 1);
    }

    synchronized long durableEnd() {
        return durableEnd;
    }

    /** A batch is about to be sent: where and how it must be stored. */
    synchronized Batch sending(byte[] sent, int leaderEpoch) {
        byte[] stored = sent.clone();
        BatchHeader.assign(ByteBuffer.wrap(stored), 0, end(), leaderEpoch);
        Batch batch = new Batch(end(), sent, stored);
        batches.add(batch);
        epochMost = Math.max(epochMost, leaderEpoch);
        return batch;
    }

    /** It was refused: it must not be found. */
    synchronized void refused(Batch batch) {
        batches.remove(batch);
    }

    synchronized void written(Batch batch, int leaderEpoch) {
        if (leaderEpoch > epochBegun) {
            epochBegun(leaderEpoch, batch.baseOffset());
        }
    }

    synchronized void durable(long offset) {
        // What is being dropped may become durable once more on the way.
        if (!restarting) {
            durableEnd = Math.max(durableEnd, offset);
        }
    }

    synchronized void beginningEpoch(int leaderEpoch) {
        epochMost = Math.max(epochMost, leaderEpoch);
    }

    synchronized void epochBegun(int leaderEpoch, long at) {
        epochBegun = leaderEpoch;
        epochBegunAt = at;
    }

    synchronized void movingStart(long offset) {
        startMost = Math.max(startMost, offset);
    }

    synchronized void startMoved(long offset) {
        startDurable = Math.max(startDurable, offset);
    }

    synchronized void cutting(long offset) {
        // A batch that spans the offset goes as a whole.
        batches.stream()
                .filter(batch -> batch.lastOffset() >= offset)
                .findFirst()
                .ifPresent(batch -> durableEnd = Math.min(durableEnd, batch.baseOffset()));
        if (epochBegunAt >= offset) {
            epochBegun = -1;
            epochBegunAt = 0;
        }
    }

    synchronized void cut(long offset) {
        batches.removeIf(batch -> batch.lastOffset() >= offset);
    }

    synchronized void restarting(long offset) {
        restarting = true;
        restartOffset = offset;
        durableEnd = 0;
        startDurable = Math.min(startDurable, offset);
        startMost = Math.max(startMost, offset);
        epochBegun = -1;
        epochBegunAt = 0;
    }

    synchronized void restarted(long offset) {
        restarting = false;
        batches.clear();
        durableEnd = offset;
        startDurable = offset;
        startMost = offset;
        epochMost = -1;
    }

    /** Fails unless the log is one that a crash may leave. */
    synchronized void check(PartitionLog log) throws IOException {
        LogOffsets found = log.offsets();
        assertThat(found.logStartOffset()).as("log start").isBetween(startDurable, Math.max(startDurable, startMost));
        assertThat(found.logEndOffset())
                .as("log end: what was reported durable is there, and nothing that was never sent")
                .isBetween(Math.max(durableEnd, found.logStartOffset()), end());
        assertThat(found.durableOffset()).as("what is found counts as durable").isEqualTo(found.logEndOffset());
        List<Batch> expected = expected(found);
        List<byte[]> read = readAll(log, found);
        assertThat(read.size()).as("batches from the log start to its end").isEqualTo(expected.size());
        for (int i = 0; i < read.size(); i++) {
            assertThat(read.get(i))
                    .as("batch at offset %d, byte for byte", expected.get(i).baseOffset())
                    .isEqualTo(expected.get(i).stored());
        }
        long endOfBatches = read.isEmpty() ? found.logStartOffset() : lastOf(read) + 1;
        assertThat(found.logEndOffset()).as("the log ends with a whole batch").isEqualTo(endOfBatches);
        checkEpochs(log, read);
        checkSequences(read);
        checkTransactions(log, found);
    }

    private List<Batch> expected(LogOffsets found) {
        return batches.stream()
                .filter(batch ->
                        batch.lastOffset() >= found.logStartOffset() && batch.lastOffset() < found.logEndOffset())
                .toList();
    }

    private static long lastOf(List<byte[]> read) {
        return BatchHeader.lastOffset(ByteBuffer.wrap(read.get(read.size() - 1)), 0);
    }

    private static List<byte[]> readAll(PartitionLog log, LogOffsets offsets) throws IOException {
        List<byte[]> read = new ArrayList<>();
        long offset = offsets.logStartOffset();
        while (offset < offsets.logEndOffset()) {
            try (ReadResult result = log.read(offset, offsets.logEndOffset(), 1 << 20, true)) {
                ByteBuffer bytes = result.toBuffer();
                assertThat(bytes.hasRemaining())
                        .as("there is a batch at offset %d", offset)
                        .isTrue();
                int size;
                for (int at = bytes.position(); at < bytes.limit(); at += size) {
                    size = BatchHeader.sizeBytes(bytes, at);
                    offset = BatchHeader.lastOffset(bytes, at) + 1;
                    byte[] batch = new byte[size];
                    bytes.get(at, batch);
                    read.add(batch);
                }
            }
        }
        return read;
    }

    /** Epochs only grow, and what the log says about them agrees with the batches (invariants 4 and 7). */
    private void checkEpochs(PartitionLog log, List<byte[]> read) {
        int latest = log.latestEpoch().orElse(-1);
        assertThat(latest).as("latest leader epoch").isLessThanOrEqualTo(epochMost);
        if (epochBegunAt <= log.offsets().logEndOffset()) {
            assertThat(latest).as("an epoch that had begun").isGreaterThanOrEqualTo(epochBegun);
        }
        if (restarting && read.isEmpty() && log.offsets().logStartOffset() == restartOffset) {
            assertThat(latest).as("what was dropped has no epoch").isEqualTo(-1);
        }
        int last = -1;
        for (byte[] bytes : read) {
            ByteBuffer batch = ByteBuffer.wrap(bytes);
            int epoch = BatchHeader.leaderEpoch(batch, 0);
            assertThat(epoch).as("leader epochs of batches").isGreaterThanOrEqualTo(last);
            EpochEndOffset end = log.endOffsetForEpoch(epoch).orElseThrow();
            assertThat(end.leaderEpoch()).as("epoch of a batch").isEqualTo(epoch);
            assertThat(end.endOffset()).as("end of epoch %d", epoch).isGreaterThan(BatchHeader.lastOffset(batch, 0));
            if (epoch > last && last >= 0) {
                assertThat(log.endOffsetForEpoch(last).orElseThrow().endOffset())
                        .as("end of epoch %d", last)
                        .isLessThanOrEqualTo(BatchHeader.baseOffset(batch, 0));
            }
            last = epoch;
        }
    }

    /** Each (producer, epoch, sequence) at most once (invariant 9). */
    private static void checkSequences(List<byte[]> read) {
        Set<String> seen = new HashSet<>();
        for (byte[] bytes : read) {
            ByteBuffer batch = ByteBuffer.wrap(bytes);
            if (BatchHeader.producerId(batch, 0) >= 0 && !BatchHeader.isControl(batch, 0)) {
                String sequence = BatchHeader.producerId(batch, 0) + "/" + BatchHeader.producerEpoch(batch, 0) + "/"
                        + BatchHeader.baseSequence(batch, 0);
                assertThat(seen.add(sequence)).as("sequence %s once", sequence).isTrue();
            }
        }
    }

    /** What is open and what was aborted is what the batches say, those that are deleted too (rule T30). */
    private void checkTransactions(PartitionLog log, LogOffsets found) {
        Map<Long, Long> open = new HashMap<>();
        List<String> aborted = new ArrayList<>();
        for (Batch each : batches) {
            ByteBuffer header = each.header();
            if (each.lastOffset() >= found.logEndOffset() || each.producerId() < 0) {
                continue;
            }
            if (BatchHeader.isControl(header, 0)) {
                Long first = open.remove(each.producerId());
                if (first != null
                        && ControlMarker.typeOf(header, 0) == ControlMarker.ABORT
                        && each.lastOffset() >= found.logStartOffset()) {
                    aborted.add(each.producerId() + ":" + first + "-" + each.lastOffset());
                }
            } else if (BatchHeader.isTransactional(header, 0)) {
                open.putIfAbsent(each.producerId(), each.baseOffset());
            }
        }
        assertThat(log.transactions().firstUndecided(Long.MAX_VALUE))
                .as("first open transaction")
                .isEqualTo(open.isEmpty() ? Long.MAX_VALUE : (long) Collections.min(open.values()));
        assertThat(log.transactions().abortedBetween(found.logStartOffset(), Long.MAX_VALUE))
                .as("aborted transactions")
                .extracting(each -> each.producerId() + ":" + each.firstOffset() + "-" + each.lastOffset())
                .containsExactlyElementsOf(aborted);
    }

    /** What is in the log from now on is what was found; returns what was lost, oldest first. */
    synchronized List<Batch> adopt(PartitionLog log) {
        LogOffsets found = log.offsets();
        startDurable = found.logStartOffset();
        startMost = startDurable;
        List<Batch> lost = batches.stream()
                .filter(batch -> batch.lastOffset() >= found.logEndOffset()
                        || batch.lastOffset() < startDurable && batch.lastOffset() >= durableEnd)
                .toList();
        batches.removeAll(lost);
        durableEnd = found.logEndOffset();
        epochBegun = log.latestEpoch().orElse(-1);
        epochBegunAt = 0;
        boolean dropped = restarting;
        restarting = false;
        return dropped ? List.of() : lost;
    }

    /** The newest batches of each producer, as many as a log remembers, oldest first. */
    synchronized List<Batch> remembered() {
        List<Batch> newest = new ArrayList<>();
        for (long producer : producers()) {
            List<Batch> all = batches.stream()
                    .filter(batch -> batch.producerId() == producer && !BatchHeader.isControl(batch.header(), 0))
                    .toList();
            newest.addAll(all.subList(Math.max(0, all.size() - 5), all.size()));
        }
        return newest;
    }

    private long[] producers() {
        long[] ids = batches.stream()
                .mapToLong(Batch::producerId)
                .filter(id -> id >= 0)
                .distinct()
                .toArray();
        Arrays.sort(ids);
        return ids;
    }

    synchronized int latestEpoch() {
        return Math.max(0, epochBegun);
    }
}
