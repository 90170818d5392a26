import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;

/**
 * Counts how often each value came: {@code CountingQuery BOOTSTRAP IN OUT CHECKPOINTS}. Each batch of it writes the counts that changed to
 * OUT, value to count in decimals; a query that is started again goes on where its checkpoint says. The connector writes at least once.
 */
public final class CountingQuery {

    private CountingQuery() {}

    public static void main(String[] arguments) throws Exception {
        SparkSession spark = SparkSession.builder()
                .appName("counting")
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "2")
                .getOrCreate();
        spark.sparkContext().setLogLevel("WARN");
        Dataset<Row> counts = spark.readStream()
                .format("kafka")
                .option("kafka.bootstrap.servers", arguments[0])
                .option("subscribe", arguments[1])
                .option("startingOffsets", "earliest")
                .option("maxOffsetsPerTrigger", "500")
                .load()
                .selectExpr("CAST(value AS STRING) AS key")
                .groupBy("key")
                .count()
                .selectExpr("key", "CAST(count AS STRING) AS value");
        counts.writeStream()
                .format("kafka")
                .outputMode("update")
                .option("kafka.bootstrap.servers", arguments[0])
                .option("topic", arguments[2])
                .option("checkpointLocation", arguments[3])
                .trigger(Trigger.ProcessingTime(100))
                .start()
                .awaitTermination();
    }
}
