package io.millrace.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class JoiningMembershipTest {

    private static final String CLUSTER = "5f0b3c62-8e0f-4a55-9d2b-1f60ad7f3c11";

    private final ClusterMember self = FakeMembership.member(1, CLUSTER);
    private final FakeMembership others = new FakeMembership(self);
    private final Promise<Membership> joining = Promise.promise();
    private final JoiningMembership membership = JoiningMembership.of(self, joining.future());
    private final List<MembershipEvent> events = new ArrayList<>();

    @Test
    void untilItHasJoinedItSeesItselfAndWhatItWroteItself() {
        SharedMap map = membership.map("facts");
        map.put("1/streams", "7");

        assertThat(membership.members()).containsExactly(self);
        assertThat(map.entries()).containsEntry("1/streams", "7");
    }

    @Test
    void onceItHasJoinedItSeesWhatTheOthersSeeAndIsToldToPublishAgain() {
        membership.listen(events::add);
        SharedMap map = membership.map("facts");
        List<String> seen = new ArrayList<>();
        map.listen((key, value) -> seen.add(key + "=" + value));
        others.members.add(FakeMembership.member(2, CLUSTER));
        others.map("facts").put("2/streams", "9");

        joining.complete(others);

        assertThat(membership.members()).hasSize(2);
        assertThat(map.entries()).containsOnlyKeys("2/streams");
        assertThat(seen).containsExactly("2/streams=9");
        assertThat(events).containsExactly(new MembershipEvent.Merged());
        map.put("1/streams", "8");
        assertThat(others.map("facts").entries()).containsEntry("1/streams", "8");
        assertThat(membership.map("ownership").entries())
                .as("a map that is asked for late is that of the others")
                .containsKey("2/streams");
    }

    @Test
    void aNodeThatNeverJoinedLeavesAllTheSame() throws Exception {
        joining.fail(new IOException("the port is taken"));

        membership.leave().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);

        assertThat(membership.joined().failed()).isTrue();
    }
}
