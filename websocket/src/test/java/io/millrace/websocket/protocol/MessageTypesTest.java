package io.millrace.websocket.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MessageTypesTest {

    @Test
    void everyMessageOfTheServerHasATypeOfItsOwn() {
        assertThat(new HashSet<Object>(ServerMessage.TYPES.keySet()))
                .isEqualTo(Set.of((Object[]) ServerMessage.class.getPermittedSubclasses()));
        assertThat(ServerMessage.TYPES.values()).doesNotHaveDuplicates().doesNotContain("records");
    }

    @Test
    void thereIsATypeForEveryMessageOfClients() {
        assertThat(ClientMessageReader.types()).hasSameSizeAs(ClientMessage.class.getPermittedSubclasses());
    }
}
