package io.millrace.cluster.group.member;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.group.member.ScriptedCoordinator.Beat;
import io.millrace.cluster.metadata.ClusterImage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class NodeGroupMembersTest {

    private final VirtualThread thread = new VirtualThread();
    private final ScriptedCoordinator coordinator = new ScriptedCoordinator(thread);
    private final NodeGroupMembers members = new NodeGroupMembers(
            () -> thread,
            coordinator,
            new GroupMemberLimits(2, 4, 30_000, 5_000, 60_000, 50, 1_000),
            () -> new ClusterImage(1, new UUID(1, 1), 1, Map.of(), Map.of(), Map.of()));

    @Test
    void aNodeHasSoManyMembersAndNoMore_andRoomAgainWhenOneLeaves() {
        HeardCalls third = new HeardCalls();
        GroupMember first = join("g", null, new HeardCalls());
        join("g", null, new HeardCalls());
        join("g", null, third);
        assertThat(third.calls()).isEmpty();
        thread.settle();

        assertThat(third.calls()).containsExactly("failed THROTTLING_QUOTA_EXCEEDED");
        assertThat(members.size()).isEqualTo(2);
        coordinator.beat().ok(1, List.of());
        coordinator.beat();
        thread.settle();
        first.leave();
        coordinator.beat().ok(-1, null);
        thread.settle();
        assertThat(members.size()).isEqualTo(1);
        HeardCalls fourth = new HeardCalls();
        join("g", null, fourth);
        coordinator.beat().ok(1, List.of());
        thread.settle();
        assertThat(fourth.calls()).containsExactly("assigned 1 []");
    }

    @Test
    void anInstanceIdIsTakenOverFromAnotherMemberOfThisNode_whichGivesItBackFirst() {
        HeardCalls old = new HeardCalls();
        HeardCalls young = new HeardCalls();
        GroupMember former = join("g", "i", old);
        coordinator.beat().ok(1, List.of());
        thread.settle();
        old.calls();

        GroupMember next = join("g", "i", young);
        Beat last = coordinator.beat();
        assertThat(last.request().member().memberId()).isEqualTo(former.memberId());
        assertThat(last.request().epoch()).isEqualTo(Heartbeat.LEAVE_FOR_A_WHILE);
        assertThat(old.calls()).containsExactly("failed FENCED_INSTANCE_ID");
        assertThat(coordinator.unanswered()).isEmpty();
        last.ok(Heartbeat.LEAVE_FOR_A_WHILE, null);

        Beat join = coordinator.beat();
        assertThat(join.request().member().memberId()).isEqualTo(next.memberId());
        assertThat(join.request().epoch()).isZero();
    }

    @Test
    void theInstanceIdsOfOtherGroupsAreOthers() {
        HeardCalls first = new HeardCalls();
        join("g", "i", first);
        join("other", "i", new HeardCalls());

        coordinator.beat().ok(1, List.of());
        coordinator.beat().ok(1, List.of());
        thread.settle();

        assertThat(first.calls()).containsExactly("assigned 1 []");
    }

    @Test
    void ofSeveralThatWantAnInstanceIdAtOnceTheLastGetsIt() {
        HeardCalls second = new HeardCalls();
        join("g", "i", new HeardCalls());
        Beat join = coordinator.beat();
        join("g", "i", second);
        thread.settle();
        join.ok(1, List.of());
        Beat parting = coordinator.beat();
        GroupMember last = join("g", "i", new HeardCalls());
        thread.settle();
        assertThat(second.calls()).containsExactly("failed FENCED_INSTANCE_ID");
        parting.ok(Heartbeat.LEAVE_FOR_A_WHILE, null);

        assertThat(coordinator.beat().request().member().memberId()).isEqualTo(last.memberId());
        assertThat(coordinator.unanswered()).isEmpty();
        assertThat(members.size()).isEqualTo(1);
    }

    private GroupMember join(String group, String instance, HeardCalls listener) {
        return members.join(JoinRequest.forTopics(group, instance, "c", "127.0.0.1", Set.of("t")), listener);
    }
}
