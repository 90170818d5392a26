package io.millrace.cluster.error;

/**
 * Every error that Millrace answers with, in all its protocols. Names and numbers are Kafka's ({@code
 * org.apache.kafka.common.protocol.Errors}) and never change; a test compares them.
 */
public enum ErrorCode {
    NONE(0, 200, 1000, Retry.NEVER),
    UNKNOWN_SERVER_ERROR(-1, 500, 1011, Retry.OUTCOME_UNKNOWN),
    OFFSET_OUT_OF_RANGE(1, 400, 4410, Retry.NEVER),
    CORRUPT_MESSAGE(2, 400, 4400, Retry.NEVER),
    UNKNOWN_TOPIC_OR_PARTITION(3, 404, 4404, Retry.NEVER),
    LEADER_NOT_AVAILABLE(5, 503, 4503, Retry.SAFE),
    NOT_LEADER_OR_FOLLOWER(6, 503, 4503, Retry.SAFE),
    REQUEST_TIMED_OUT(7, 504, 1013, Retry.OUTCOME_UNKNOWN),
    MESSAGE_TOO_LARGE(10, 413, 1009, Retry.NEVER),
    OFFSET_METADATA_TOO_LARGE(12, 400, 4400, Retry.NEVER),
    COORDINATOR_LOAD_IN_PROGRESS(14, 503, 4503, Retry.SAFE),
    COORDINATOR_NOT_AVAILABLE(15, 503, 4503, Retry.SAFE),
    NOT_COORDINATOR(16, 503, 4503, Retry.SAFE),
    INVALID_TOPIC_EXCEPTION(17, 400, 4400, Retry.NEVER),
    NOT_ENOUGH_REPLICAS(19, 503, 1013, Retry.SAFE),
    NOT_ENOUGH_REPLICAS_AFTER_APPEND(20, 503, 1013, Retry.OUTCOME_UNKNOWN),
    INVALID_REQUIRED_ACKS(21, 400, 4400, Retry.NEVER),
    ILLEGAL_GENERATION(22, 409, 4409, Retry.NEVER),
    INVALID_GROUP_ID(24, 400, 4400, Retry.NEVER),
    UNKNOWN_MEMBER_ID(25, 409, 4409, Retry.NEVER),
    TOPIC_AUTHORIZATION_FAILED(29, 403, 4403, Retry.NEVER),
    GROUP_AUTHORIZATION_FAILED(30, 403, 4403, Retry.NEVER),
    INVALID_TIMESTAMP(32, 400, 4400, Retry.NEVER),
    UNSUPPORTED_VERSION(35, 400, 4400, Retry.NEVER),
    TOPIC_ALREADY_EXISTS(36, 409, 4400, Retry.NEVER),
    INVALID_PARTITIONS(37, 400, 4400, Retry.NEVER),
    INVALID_REPLICATION_FACTOR(38, 400, 4400, Retry.NEVER),
    INVALID_REPLICA_ASSIGNMENT(39, 400, 4400, Retry.NEVER),
    INVALID_CONFIG(40, 400, 4400, Retry.NEVER),
    NOT_CONTROLLER(41, 503, 4503, Retry.SAFE),
    INVALID_REQUEST(42, 400, 4400, Retry.NEVER),
    UNSUPPORTED_FOR_MESSAGE_FORMAT(43, 400, 4400, Retry.NEVER),
    POLICY_VIOLATION(44, 400, 4400, Retry.NEVER),
    OUT_OF_ORDER_SEQUENCE_NUMBER(45, 409, 4400, Retry.NEVER),
    DUPLICATE_SEQUENCE_NUMBER(46, 409, 4400, Retry.NEVER),
    INVALID_PRODUCER_EPOCH(47, 409, 4409, Retry.NEVER),
    INVALID_TXN_STATE(48, 400, 4400, Retry.NEVER),
    INVALID_PRODUCER_ID_MAPPING(49, 409, 4400, Retry.NEVER),
    INVALID_TRANSACTION_TIMEOUT(50, 400, 4400, Retry.NEVER),
    CONCURRENT_TRANSACTIONS(51, 503, 4503, Retry.SAFE),
    TRANSACTION_COORDINATOR_FENCED(52, 409, 4409, Retry.NEVER),
    OPERATION_NOT_ATTEMPTED(55, 409, 4400, Retry.NEVER),
    KAFKA_STORAGE_ERROR(56, 503, 1013, Retry.SAFE),
    SASL_AUTHENTICATION_FAILED(58, 401, 4401, Retry.NEVER),
    REASSIGNMENT_IN_PROGRESS(60, 409, 4400, Retry.NEVER),
    GROUP_ID_NOT_FOUND(69, 404, 4404, Retry.NEVER),
    FETCH_SESSION_ID_NOT_FOUND(70, 503, 4503, Retry.SAFE),
    INVALID_FETCH_SESSION_EPOCH(71, 503, 4503, Retry.SAFE),
    FENCED_LEADER_EPOCH(74, 409, 4503, Retry.SAFE),
    UNKNOWN_LEADER_EPOCH(75, 503, 4503, Retry.SAFE),
    UNSUPPORTED_COMPRESSION_TYPE(76, 400, 4400, Retry.NEVER),
    OFFSET_NOT_AVAILABLE(78, 503, 4503, Retry.SAFE),
    PREFERRED_LEADER_NOT_AVAILABLE(80, 503, 4503, Retry.SAFE),
    GROUP_MAX_SIZE_REACHED(81, 409, 4429, Retry.NEVER),
    FENCED_INSTANCE_ID(82, 409, 4409, Retry.NEVER),
    ELIGIBLE_LEADERS_NOT_AVAILABLE(83, 503, 4503, Retry.SAFE),
    ELECTION_NOT_NEEDED(84, 409, 4400, Retry.SAFE),
    NO_REASSIGNMENT_IN_PROGRESS(85, 409, 4400, Retry.NEVER),
    INVALID_RECORD(87, 422, 4400, Retry.NEVER),
    UNSTABLE_OFFSET_COMMIT(88, 503, 4503, Retry.SAFE),
    THROTTLING_QUOTA_EXCEEDED(89, 429, 4429, Retry.SAFE),
    PRODUCER_FENCED(90, 409, 4409, Retry.NEVER),
    INVALID_UPDATE_VERSION(95, 400, 4400, Retry.NEVER),
    FEATURE_UPDATE_FAILED(96, 409, 4400, Retry.NEVER),
    UNKNOWN_TOPIC_ID(100, 404, 4404, Retry.NEVER),
    BROKER_ID_NOT_REGISTERED(102, 404, 4400, Retry.NEVER),
    INCONSISTENT_TOPIC_ID(103, 409, 4404, Retry.NEVER),
    TRANSACTIONAL_ID_NOT_FOUND(105, 404, 4404, Retry.NEVER),
    FENCED_MEMBER_EPOCH(110, 409, 4409, Retry.NEVER),
    UNRELEASED_INSTANCE_ID(111, 409, 4409, Retry.NEVER),
    STALE_MEMBER_EPOCH(113, 409, 4409, Retry.NEVER),
    TRANSACTION_ABORTABLE(120, 409, 4400, Retry.NEVER),
    INVALID_RECORD_STATE(121, 409, 4400, Retry.NEVER),
    SHARE_SESSION_NOT_FOUND(122, 503, 4503, Retry.SAFE),
    INVALID_SHARE_SESSION_EPOCH(123, 503, 4503, Retry.SAFE),
    FENCED_STATE_EPOCH(124, 409, 4409, Retry.NEVER),
    INVALID_REGULAR_EXPRESSION(128, 400, 4400, Retry.NEVER),
    SHARE_SESSION_LIMIT_REACHED(133, 503, 4503, Retry.SAFE);

    /** What a client may do with a request that was answered with an error. */
    public enum Retry {
        /** Nothing was stored; the same request will fail again until something is changed. */
        NEVER,
        /** Nothing was stored; the same request may succeed later. */
        SAFE,
        /** The request may or may not have been carried out: a retry can duplicate, unless it is idempotent. */
        OUTCOME_UNKNOWN
    }

    private final short kafkaCode;
    private final int httpStatus;
    private final int closeCode;
    private final Retry retry;

    ErrorCode(int kafkaCode, int httpStatus, int closeCode, Retry retry) {
        this.kafkaCode = (short) kafkaCode;
        this.httpStatus = httpStatus;
        this.closeCode = closeCode;
        this.retry = retry;
    }

    /** The error of a number on the Kafka wire; {@link #UNKNOWN_SERVER_ERROR} for one that is not in this list. */
    public static ErrorCode ofKafkaCode(short code) {
        for (ErrorCode each : values()) {
            if (each.kafkaCode == code) {
                return each;
            }
        }
        return UNKNOWN_SERVER_ERROR;
    }

    /** The number on the Kafka wire, and {@code error_code} in JSON. */
    public short kafkaCode() {
        return kafkaCode;
    }

    /** The HTTP status. */
    public int httpStatus() {
        return httpStatus;
    }

    /** The WebSocket close code (gateway protocol §11.1). */
    public int closeCode() {
        return closeCode;
    }

    public Retry retry() {
        return retry;
    }

    /** The {@code retriable} member of JSON errors. */
    public boolean isRetriable() {
        return retry != Retry.NEVER;
    }
}
