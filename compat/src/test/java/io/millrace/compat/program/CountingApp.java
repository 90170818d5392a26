package io.millrace.compat.program;

import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Produced;

/**
 * A Streams application that counts how often each value came: {@code CountingApp BOOTSTRAP STATE-DIRECTORY GUARANTEE PROTOCOL IN
 * OUT}. Each record of IN makes one record in OUT, value to count: with a guarantee of exactly once, a consumer that reads what is committed sees 1, 2, 3, …
 * for each value, whatever happens to the application. There is a repartition topic and a changelog in between.
 */
public final class CountingApp {

    private CountingApp() {}

    public static void main(String[] arguments) throws InterruptedException {
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream(arguments[4])
                .groupBy((key, value) -> value)
                .count()
                .toStream()
                .to(arguments[5], Produced.with(Serdes.String(), Serdes.Long()));
        StreamsProgram.run(
                builder, StreamsProgram.settings("counting", arguments[0], arguments[1], arguments[2], arguments[3]));
    }
}
