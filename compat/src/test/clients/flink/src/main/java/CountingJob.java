import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Counts how often each value came: {@code CountingJob BOOTSTRAP IN OUT CHECKPOINTS NAMING}. Each record of IN makes one record in OUT,
 * value to count, exactly once; a job that is started again goes on at the newest checkpoint that it finds.
 */
public final class CountingJob {

    private CountingJob() {}

    public static void main(String[] arguments) throws Exception {
        Path checkpoints = Path.of(arguments[3]);
        Configuration settings = new Configuration();
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500));
        settings.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
        settings.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        newest(checkpoints).ifPresent(found -> {
            System.out.println("goes on at " + found);
            settings.set(StateRecoveryOptions.SAVEPOINT_PATH, found.toUri().toString());
        });
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(2, settings);
        KafkaSource<String> in = KafkaSource.<String>builder()
                .setBootstrapServers(arguments[0])
                .setTopics(arguments[1])
                .setGroupId("flink-counting")
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setValueOnlyDeserializer(new SimpleStringSchema())
                .build();
        KafkaSink<Tuple2<String, Long>> out = KafkaSink.<Tuple2<String, Long>>builder()
                .setBootstrapServers(arguments[0])
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix("flink-counting")
                .setTransactionNamingStrategy(TransactionNamingStrategy.valueOf(arguments[4]))
                .setProperty("transaction.timeout.ms", "60000")
                .setRecordSerializer(KafkaRecordSerializationSchema.<Tuple2<String, Long>>builder()
                        .setTopic(arguments[2])
                        .setKeySerializationSchema(new Key())
                        .setValueSerializationSchema(new Value())
                        .build())
                .build();
        environment
                .fromSource(in, WatermarkStrategy.noWatermarks(), "in")
                .uid("in")
                .keyBy(value -> value)
                .process(new Count())
                .uid("count")
                .sinkTo(out)
                .uid("out");
        environment.execute("counting");
    }

    /** One of a job that was stopped while it was written has no metadata. */
    private static Optional<Path> newest(Path checkpoints) throws IOException {
        if (!Files.exists(checkpoints)) {
            return Optional.empty();
        }
        try (Stream<Path> all = Files.walk(checkpoints)) {
            return all.filter(file -> file.getFileName().toString().equals("_metadata"))
                    .max(Comparator.comparing(file -> file.toFile().lastModified()))
                    .map(Path::getParent);
        }
    }

    private static final class Key implements SerializationSchema<Tuple2<String, Long>> {

        @Override
        public byte[] serialize(Tuple2<String, Long> count) {
            return count.f0.getBytes(StandardCharsets.UTF_8);
        }
    }

    private static final class Value implements SerializationSchema<Tuple2<String, Long>> {

        @Override
        public byte[] serialize(Tuple2<String, Long> count) {
            return ByteBuffer.allocate(Long.BYTES).putLong(count.f1).array();
        }
    }

    private static final class Count extends KeyedProcessFunction<String, String, Tuple2<String, Long>> {

        private transient ValueState<Long> count;

        @Override
        public void open(OpenContext context) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Long.class));
        }

        @Override
        public void processElement(String value, Context context, Collector<Tuple2<String, Long>> out)
                throws Exception {
            Long before = count.value();
            long now = before == null ? 1 : before + 1;
            count.update(now);
            out.collect(Tuple2.of(value, now));
        }
    }
}
