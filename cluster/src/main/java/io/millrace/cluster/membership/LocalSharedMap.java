package io.millrace.cluster.membership;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The map of a node that is alone. Listeners are called by whoever writes. */
final class LocalSharedMap implements SharedMap {

    private final Map<String, String> entries = new ConcurrentHashMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    @Override
    public Map<String, String> entries() {
        return Collections.unmodifiableMap(entries);
    }

    @Override
    public void put(String key, String value) {
        entries.put(key, value);
        listeners.forEach(each -> each.onChange(key, value));
    }

    @Override
    public void remove(String key) {
        if (entries.remove(key) != null) {
            listeners.forEach(each -> each.onChange(key, null));
        }
    }

    @Override
    public void listen(Listener listener) {
        listeners.add(listener);
    }
}
