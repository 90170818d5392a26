package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TransactionListIT {

    @RegisterExtension
    static final AdminNode on = new AdminNode();

    @Test
    void transactionsAreListedByAPatternOfTheirIds() throws Exception {
        begin("orders-1");
        begin("my-orders-1");

        assertThat(listed("orders-[0-9]")).containsExactly("orders-1");
        assertThat(listed(".*orders.*")).containsExactlyInAnyOrder("orders-1", "my-orders-1");
        assertThatThrownBy(() -> listed("orders-[")).hasCauseInstanceOf(InvalidRegularExpression.class);
    }

    private static void begin(String transactionalId) {
        try (KafkaProducer<String, String> producer = on.node().producer(Map.of("transactional.id", transactionalId))) {
            producer.initTransactions();
        }
    }

    private static List<String> listed(String pattern) throws Exception {
        return on
                .admin()
                .listTransactions(new ListTransactionsOptions().filterOnTransactionalIdPattern(pattern))
                .all()
                .get()
                .stream()
                .map(TransactionListing::transactionalId)
                .toList();
    }
}
