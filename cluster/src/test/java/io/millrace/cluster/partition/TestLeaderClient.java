package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.error.OutcomeUnknownException;
import io.millrace.cluster.idempotence.OnceOutcome;
import io.millrace.cluster.partition.PartitionService.EpochEnd;
import io.millrace.cluster.routing.LeaderClient;
import io.millrace.storage.AppendResult;
import io.millrace.storage.ReadResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks other nodes of a test by calls in one process; what a cut keeps from going out is told as a refused connection. */
final class TestLeaderClient implements LeaderClient {

    private final Vertx vertx;
    private final TestNetwork network;
    private final int self;
    private volatile boolean losesAnswers;
    final AtomicInteger appends = new AtomicInteger();
    final AtomicInteger pollsUnderWay = new AtomicInteger();
    final AtomicInteger mostPollsUnderWay = new AtomicInteger();

    TestLeaderClient(Vertx vertx, TestNetwork network, int self) {
        this.vertx = vertx;
        this.network = network;
        this.self = self;
    }

    /** From now on what was appended is not answered. */
    void loseAnswers() {
        losesAnswers = true;
    }

    /** And from now on it is again. */
    void findAnswers() {
        losesAnswers = false;
    }

    private LocalPartitionService reached(int node) {
        LocalPartitionService service = network.reached(self, node);
        if (service == null) {
            throw new MillraceException(ErrorCode.LEADER_NOT_AVAILABLE, "node " + node + " cannot be reached");
        }
        return service;
    }

    @Override
    public Future<AppendResult> append(int node, AppendCommand command) {
        ByteBuffer copy = ByteBuffer.allocate(command.batches().remaining())
                .put(command.batches().duplicate())
                .flip();
        try {
            appends.incrementAndGet();
            return reached(node)
                    .append(new AppendCommand(command.partition(), copy, command.acks(), command.timeoutMs()))
                    .compose(stored -> losesAnswers
                            ? Future.failedFuture(new OutcomeUnknownException(
                                    new MillraceException(ErrorCode.REQUEST_TIMED_OUT, "the connection broke")))
                            : Future.succeededFuture(stored));
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
    }

    @Override
    public Future<List<OnceOutcome>> appendOnce(int node, AppendCommand command) {
        try {
            appends.incrementAndGet();
            return network.once(reached(node))
                    .appendOnce(command)
                    .compose(stored -> losesAnswers
                            ? Future.failedFuture(new OutcomeUnknownException(
                                    new MillraceException(ErrorCode.REQUEST_TIMED_OUT, "the connection broke")))
                            : Future.succeededFuture(stored));
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
    }

    @Override
    public Future<List<Fetched>> fetch(int node, Fetch request) {
        LocalPartitionService service;
        try {
            service = reached(node);
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
        if (request.maxWaitMs() > 0) {
            int now = pollsUnderWay.incrementAndGet();
            mostPollsUnderWay.accumulateAndGet(now, Math::max);
        }
        List<FetchCommand.FetchPartition> partitions = request.partitions().stream()
                .map(each -> new FetchCommand.FetchPartition(
                        each.known().partition(),
                        each.offset(),
                        each.maxBytes(),
                        each.known().leaderEpoch()))
                .toList();
        return service.fetch(new FetchCommand(
                        partitions, request.maxWaitMs(), 1, request.maxBytes(), Isolation.READ_UNCOMMITTED))
                .map(fetched -> fetched.stream().map(TestLeaderClient::fetched).toList())
                .onComplete(done -> {
                    if (request.maxWaitMs() > 0) {
                        pollsUnderWay.decrementAndGet();
                    }
                });
    }

    private static Fetched fetched(FetchedPartition each) {
        PartitionOffsets offsets = each.offsets();
        try (ReadResult records = each.records()) {
            ByteBuffer read = records.toBuffer();
            return new Fetched(
                    each.error(),
                    offsets == null ? -1 : offsets.highWatermark(),
                    offsets == null ? -1 : offsets.logStartOffset(),
                    ByteBuffer.allocate(read.remaining()).put(read).flip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Future<List<Found>> find(int node, List<Known> partitions, long timestampMs) {
        return vertx.executeBlocking(
                () -> partitions.stream()
                        .map(each -> find(node, each, timestampMs))
                        .toList(),
                false);
    }

    @Override
    public Future<EpochEnd> endOfEpoch(int node, Known known, int leaderEpoch) {
        try {
            return reached(node).endOfEpoch(known.partition(), leaderEpoch);
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
    }

    private Found find(int node, Known known, long timestampMs) {
        try {
            LocalPartitionService service = reached(node);
            PartitionOffsets offsets = service.offsets(known.partition());
            if (offsets.leaderEpoch() != known.leaderEpoch()) {
                return new Found(ErrorCode.FENCED_LEADER_EPOCH, -1, -1, -1);
            }
            if (timestampMs == EARLIEST) {
                return new Found(ErrorCode.NONE, offsets.logStartOffset(), -1, offsets.leaderEpoch());
            }
            if (timestampMs == LATEST) {
                long end = service.latestOffset(known.partition(), Isolation.READ_UNCOMMITTED);
                return new Found(ErrorCode.NONE, end, -1, offsets.leaderEpoch());
            }
            return TestCluster.get(
                            timestampMs == MAX_TIMESTAMP
                                    ? service.findMaxTimestamp(known.partition(), Isolation.READ_UNCOMMITTED)
                                    : service.findByTimestamp(
                                            known.partition(), timestampMs, Isolation.READ_UNCOMMITTED))
                    .map(at -> new Found(ErrorCode.NONE, at.offset(), at.timestampMs(), at.leaderEpoch()))
                    .orElse(new Found(ErrorCode.NONE, -1, -1, -1));
        } catch (MillraceException e) {
            return new Found(e.code(), -1, -1, -1);
        }
    }
}
