package io.millrace.websocket.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class TicketOfficeTest {

    private long nowMs = 1_000_000;
    private final TicketOffice office = new TicketOffice(new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(nowMs);
        }
    });

    @Test
    void aTicketIsGoodOnceAndForThirtySeconds() {
        String used = office.issue(() -> "alice");
        String late = office.issue(() -> "bob");
        nowMs += TicketOffice.LIFETIME_MS - 1;
        assertThat(office.redeem(used).principal()).isEqualTo("alice");
        assertThatThrownBy(() -> office.redeem(used)).hasMessageContaining("good once");
        nowMs++;
        assertThatThrownBy(() -> office.redeem(late)).hasMessageContaining("good once");
        assertThatThrownBy(() -> office.redeem("guessed")).hasMessageContaining("not known");
    }

    @Test
    void onlySoManyAreOutAndThoseThatExpiredMakeRoom() {
        for (int i = 0; i < TicketOffice.TICKETS_MAX; i++) {
            office.issue(ClientIdentity.ANONYMOUS);
        }
        assertThatThrownBy(() -> office.issue(ClientIdentity.ANONYMOUS)).hasMessageContaining("waiting to be used");
        nowMs += TicketOffice.LIFETIME_MS;
        assertThat(office.issue(ClientIdentity.ANONYMOUS)).hasSize(32);
    }
}
