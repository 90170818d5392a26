package io.millrace.compat.program;

import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.StreamJoined;

/**
 * A Streams application that joins: {@code JoiningApp BOOTSTRAP STATE-DIRECTORY GUARANTEE PROTOCOL ORDERS PAYMENTS CUSTOMERS OUT}. An
 * order (its id to a customer's) meets its payment (the order's id to an amount) within a window, and then the customer (id to name): a
 * record in OUT, order to {@code name amount}. There are two window stores, a repartition topic and a table in between.
 */
public final class JoiningApp {

    private JoiningApp() {}

    public static void main(String[] arguments) throws InterruptedException {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, String> orders = builder.stream(arguments[4]);
        KStream<String, String> payments = builder.stream(arguments[5]);
        KTable<String, String> customers = builder.table(arguments[6]);
        orders.join(
                        payments,
                        (order, customer, amount) -> new String[] {customer, order + " " + amount},
                        JoinWindows.ofTimeDifferenceWithNoGrace(Duration.ofHours(1)),
                        StreamJoined.with(Serdes.String(), Serdes.String(), Serdes.String()))
                .map((order, paid) -> KeyValue.pair(paid[0], paid[1]))
                .join(customers, (paid, name) -> paid + " " + name)
                .map((customer, joined) -> {
                    String[] words = joined.split(" ");
                    return KeyValue.pair(words[0], words[2] + " " + words[1]);
                })
                .to(arguments[7]);
        Properties settings =
                StreamsProgram.settings("joining", arguments[0], arguments[1], arguments[2], arguments[3]);
        // A join with a table depends on what is read first: wait for both sides, and take them by their times.
        settings.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, 1_000);
        StreamsProgram.run(builder, settings);
    }
}
