package io.millrace.cluster.group.member;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A member that moves on in its partitions, commits where it is, and has each of that written down. */
final class LedgerMember implements GroupMemberListener {

    private static final long MOVE_MS = 3;

    /** Longer than faults can delay a commit: nobody is to be late here. */
    private static final int REVOCATION_TIMEOUT_MS = 20_000;

    private final String name;
    private final String instanceId;
    private final Context context;
    private final OwnershipLedger ledger;
    private final Random random;
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Promise<GroupMember> member = Promise.promise();
    private boolean over;

    LedgerMember(
            Vertx vertx, GroupMembers members, String name, String instanceId, OwnershipLedger ledger, Random random) {
        this.name = name;
        this.instanceId = instanceId;
        this.ledger = ledger;
        this.random = random;
        this.context = vertx.getOrCreateContext();
        JoinRequest request =
                new JoinRequest("g", instanceId, name, "127.0.0.1", Set.of("t"), null, REVOCATION_TIMEOUT_MS);
        context.runOnContext(turn -> {
            member.complete(members.join(request, this));
            context.owner().setTimer(MOVE_MS, timer -> move());
        });
    }

    String instanceId() {
        return instanceId;
    }

    private GroupMember member() {
        return member.future().result();
    }

    private void move() {
        if (over) {
            return;
        }
        List<TopicPartition> mine = List.copyOf(positions.keySet());
        if (!mine.isEmpty()) {
            TopicPartition one = mine.get(random.nextInt(mine.size()));
            positions.merge(one, 1L + random.nextInt(5), Long::sum);
            if (random.nextInt(3) == 0) {
                commit(Map.of(one, positions.get(one)));
            }
        }
        context.owner().setTimer(MOVE_MS, timer -> move());
    }

    private Future<Void> commit(Map<TopicPartition, Long> where) {
        Map<TopicPartition, Position> wanted = new HashMap<>();
        where.forEach((partition, position) -> {
            ledger.attempt(this, partition, position);
            wanted.put(partition, Position.at(position));
        });
        return member().commit(wanted)
                .onSuccess(stored -> where.forEach((partition, position) -> ledger.confirm(this, partition, position)));
    }

    @Override
    public void assigned(int memberEpoch, List<AssignedPartition> partitions) {
        partitions.forEach(each -> {
            ledger.taken(this, each.partition(), each.committedOffset());
            positions.put(each.partition(), Math.max(0, each.committedOffset()));
        });
    }

    @Override
    public void revoked(int memberEpoch, long deadlineMs, List<TopicPartition> partitions) {
        Map<TopicPartition, Long> last = new HashMap<>();
        partitions.forEach(each -> last.put(each, positions.remove(each)));
        if (last.containsValue(null)) {
            ledger.violation(name + " is to give back what it has not: " + last);
            return;
        }
        boolean beforeTheCommitEnds = random.nextBoolean();
        Future<Void> committed = commit(last);
        if (beforeTheCommitEnds) {
            committed.onComplete(done -> partitions.forEach(each -> ledger.given(this, each)));
            member().released(partitions);
        } else {
            committed.onComplete(done -> {
                partitions.forEach(each -> ledger.given(this, each));
                member().released(partitions);
            });
        }
    }

    @Override
    public void lost(List<TopicPartition> partitions, MillraceException why) {
        partitions.forEach(each -> ledger.given(this, each));
        positions.clear();
    }

    @Override
    public void failed(MillraceException why) {
        ledger.violation(name + " failed: " + why.getMessage());
    }

    /** Commits where it is and goes, for good or as a connection that breaks. */
    Future<Void> go(boolean forGood) {
        Promise<Void> gone = Promise.promise();
        context.runOnContext(turn -> {
            over = true;
            Map<TopicPartition, Long> last = Map.copyOf(positions);
            positions.clear();
            commit(last).onComplete(done -> last.keySet().forEach(each -> ledger.given(this, each)));
            (forGood ? member().leave() : member().disconnected()).onComplete(gone);
        });
        return gone.future();
    }

    @Override
    public String toString() {
        return name;
    }
}
