package io.millrace.cluster.tls;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a listener shows, and whom it believes, as its files say now: they are looked at every few seconds, and what changes applies to
 * the connections that are made from then on. Files that are wrong change nothing but the log.
 */
public final class TlsIdentity implements AutoCloseable {

    private static final Object UNREAD = new Object();
    private static final Logger log = LoggerFactory.getLogger(TlsIdentity.class);

    /** How often files are looked at: a renewal is hours before the end of what it replaces. */
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(10);

    /** How long before its end a certificate that nobody has renewed is complained about, and if it is short-lived, after what part. */
    private static final Duration RENEWAL_DUE = Duration.ofDays(7);

    private static final int RENEWAL_DUE_PART = 10;

    private static final Duration COMPLAINT_INTERVAL = Duration.ofHours(12);

    /** What must hold beyond what {@link TlsReader} knows. */
    @FunctionalInterface
    private interface Check {
        void accept(TlsCredentials credentials) throws TlsException;
    }

    private final Vertx vertx;
    private final TlsFiles files;
    private final Check check;
    private final List<Consumer<TlsCredentials>> listeners = new CopyOnWriteArrayList<>();
    private final long timer;
    private volatile TlsCredentials current;
    /** {@link #UNREAD} when they have to be read again, whatever their state. */
    private Object stateOfFiles;

    private Instant lastComplaint = Instant.EPOCH;

    private TlsIdentity(Vertx vertx, TlsFiles files, Duration interval, Check check) throws TlsException {
        this.vertx = vertx;
        this.files = files;
        this.check = check;
        this.stateOfFiles = stateOfFiles();
        this.current = read();
        complainIfDue();
        this.timer = vertx.setPeriodic(
                interval.toMillis(),
                id -> vertx.executeBlocking(() -> {
                    look();
                    return null;
                }));
    }

    /**
     * The identity of a node among nodes. Blocks.
     *
     * @param host where other nodes are told to connect
     * @throws TlsException also when the certificate is not that of this node and address
     */
    public static TlsIdentity ofNode(Vertx vertx, TlsFiles files, int nodeId, String host) throws TlsException {
        return ofNode(vertx, files, nodeId, host, LOOK_INTERVAL);
    }

    /** @param interval how often files are looked at */
    static TlsIdentity ofNode(Vertx vertx, TlsFiles files, int nodeId, String host, Duration interval)
            throws TlsException {
        return new TlsIdentity(vertx, files, interval, read -> checkNode(files, read, nodeId, host));
    }

    /** The identity of a server for clients. Blocks. */
    public static TlsIdentity ofServer(Vertx vertx, TlsFiles files) throws TlsException {
        return ofServer(vertx, files, LOOK_INTERVAL);
    }

    /** @param interval how often files are looked at */
    public static TlsIdentity ofServer(Vertx vertx, TlsFiles files, Duration interval) throws TlsException {
        return new TlsIdentity(vertx, files, interval, read -> {});
    }

    /** What applies to a connection that is made now. */
    public TlsCredentials current() {
        return current;
    }

    /** Calls back with what is read from changed files, on a worker thread. */
    public void onRenewal(Consumer<TlsCredentials> listener) {
        listeners.add(listener);
    }

    /** No longer looks at the files. */
    @Override
    public void close() {
        vertx.cancelTimer(timer);
    }

    private static void checkNode(TlsFiles files, TlsCredentials read, int nodeId, String host) throws TlsException {
        String what = files.section() + ".certificate: " + files.certificate();
        int named = NodeCertificate.nodeOf(read.certificate()).orElse(-1);
        if (named != nodeId) {
            throw new TlsException(
                    what + (named < 0 ? " names no node" : " is that of node " + named + ", but node.id is " + nodeId)
                            + ". Issue one with exactly one such subject alternative name: URI "
                            + NodeCertificate.uriOf(nodeId),
                    null);
        }
        if (!NodeCertificate.isFor(read.certificate(), host)) {
            throw new TlsException(
                    what + " is not for " + host + ", where other nodes connect to this one. Issue one that has it as a"
                            + " subject alternative name (IP or DNS), or set cluster.advertisedHost to one that it has",
                    null);
        }
    }

    private synchronized void look() {
        Object now = stateOfFiles();
        if (now.equals(stateOfFiles)) {
            complainIfDue();
            return;
        }
        stateOfFiles = now;
        try {
            TlsCredentials renewed = read();
            current = renewed;
            log.info(
                    "{}: read again, the certificate is valid until {}",
                    files.section(),
                    renewed.certificate().getNotAfter().toInstant());
            listeners.forEach(listener -> listener.accept(renewed));
        } catch (TlsException e) {
            log.warn("What was there before stays in use, because the changed files are no good: {}", e.getMessage());
        } catch (RuntimeException e) {
            stateOfFiles = UNREAD;
            log.warn("What was there before stays in use, the changed files are read again later", e);
        }
    }

    private TlsCredentials read() throws TlsException {
        TlsCredentials read = new TlsReader(vertx, files).read();
        check.accept(read);
        return read;
    }

    private void complainIfDue() {
        Instant end = current.certificate().getNotAfter().toInstant();
        Instant begin = current.certificate().getNotBefore().toInstant();
        Duration lastPart = Duration.between(begin, end).dividedBy(RENEWAL_DUE_PART);
        Duration due = lastPart.compareTo(RENEWAL_DUE) < 0 ? lastPart : RENEWAL_DUE;
        Instant now = Instant.now();
        if (now.isAfter(end.minus(due)) && now.isAfter(lastComplaint.plus(COMPLAINT_INTERVAL))) {
            lastComplaint = now;
            log.warn(
                    "{}.certificate: {} ends at {}: renew it. The new file is read without a restart",
                    files.section(),
                    files.certificate(),
                    end);
        }
    }

    /** Changes when one of the files does; symbolic links are followed, because Kubernetes replaces those. */
    private Object stateOfFiles() {
        return Stream.of(files.certificate(), files.key(), files.trusted())
                .filter(Objects::nonNull)
                .map(TlsIdentity::stateOf)
                .toList();
    }

    private static String stateOf(Path file) {
        try {
            return Files.getLastModifiedTime(file) + " " + Files.size(file) + " " + file.toRealPath();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
