package io.millrace.cluster.hazelcast;

import com.hazelcast.core.EntryEvent;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryMergedListener;
import com.hazelcast.map.listener.EntryRemovedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import io.millrace.cluster.membership.SharedMap;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A map of Hazelcast, mirrored here so that reads never leave the process. */
final class HazelcastSharedMap implements SharedMap {

    private static final Logger log = LoggerFactory.getLogger(HazelcastSharedMap.class);

    private final IMap<String, String> map;
    private final Map<String, String> mirror = new ConcurrentHashMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /** Keys whose news came while everything is read, and is newer than what is read; null at other times. */
    private Set<String> changedWhileLoading;

    private HazelcastSharedMap(IMap<String, String> map) {
        this.map = map;
    }

    /** Opens a map with what is in it. Blocks. */
    static HazelcastSharedMap open(IMap<String, String> map) {
        HazelcastSharedMap shared = new HazelcastSharedMap(map);
        map.addEntryListener(shared.new Changes(), true);
        shared.load();
        return shared;
    }

    /** Reads everything again, after a network split has healed. Blocks. */
    void load() {
        synchronized (this) {
            changedWhileLoading = new HashSet<>();
        }
        Map<String, String> loaded = new HashMap<>();
        map.entrySet().forEach(entry -> loaded.put(entry.getKey(), entry.getValue()));
        synchronized (this) {
            Set<String> keys = new HashSet<>(mirror.keySet());
            keys.addAll(loaded.keySet());
            keys.removeAll(changedWhileLoading);
            changedWhileLoading = null;
            for (String key : keys) {
                if (!Objects.equals(loaded.get(key), mirror.get(key))) {
                    apply(key, loaded.get(key));
                }
            }
        }
    }

    @Override
    public Map<String, String> entries() {
        return Collections.unmodifiableMap(mirror);
    }

    @Override
    public void put(String key, String value) {
        logFailure(key, map.setAsync(key, value));
    }

    @Override
    public void remove(String key) {
        logFailure(key, map.deleteAsync(key));
    }

    @Override
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    private void logFailure(String key, CompletionStage<?> written) {
        written.whenComplete((done, failure) -> {
            if (failure != null) {
                log.warn("A published value was not written. map={} key={}", map.getName(), key, failure);
            }
        });
    }

    private synchronized void changed(String key, String value) {
        if (changedWhileLoading != null) {
            changedWhileLoading.add(key);
        }
        apply(key, value);
    }

    private void apply(String key, String value) {
        if (value == null) {
            mirror.remove(key);
        } else {
            mirror.put(key, value);
        }
        listeners.forEach(each -> each.onChange(key, value));
    }

    private final class Changes
            implements EntryAddedListener<String, String>,
                    EntryUpdatedListener<String, String>,
                    EntryMergedListener<String, String>,
                    EntryRemovedListener<String, String> {

        @Override
        public void entryAdded(EntryEvent<String, String> event) {
            changed(event.getKey(), event.getValue());
        }

        @Override
        public void entryUpdated(EntryEvent<String, String> event) {
            changed(event.getKey(), event.getValue());
        }

        @Override
        public void entryMerged(EntryEvent<String, String> event) {
            changed(event.getKey(), event.getValue());
        }

        @Override
        public void entryRemoved(EntryEvent<String, String> event) {
            changed(event.getKey(), null);
        }
    }
}
