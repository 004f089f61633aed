package io.dcd.worker;

import io.dcd.data.RowGroup;
import io.dcd.data.Sample;
import io.dcd.data.shard.RowGroupReader;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The encoded images of the row groups that this process used last. Workers of successive rounds share row groups, and so do the workers
 * of one round at their borders; each is read once while it stays here.
 */
final class RowGroupCache {
    static final RowGroupCache SHARED = new RowGroupCache();

    private record Key(Path directory, RowGroup rowGroup) {}

    private static final class Entry {
        private final CompletableFuture<Sample[]> rows = new CompletableFuture<>();
        private long bytes;
    }

    private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /** The samples of a row group, read by the calling thread unless another has or does. */
    Sample[] rows(Configuration configuration, Path directory, RowGroup rowGroup, long limit) {
        Key key = new Key(directory, rowGroup);
        Entry entry;
        boolean mine;
        synchronized (this) {
            entry = entries.get(key);
            mine = entry == null;
            if (mine) {
                entry = new Entry();
                entries.put(key, entry);
            }
        }
        if (mine) {
            load(configuration, key, entry, limit);
        }
        try {
            return entry.rows.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void load(Configuration configuration, Key key, Entry entry, long limit) {
        Sample[] rows = new Sample[key.rowGroup().rows()];
        long size = 0;
        try (RowGroupReader reader = RowGroupReader.open(configuration, key.directory(), key.rowGroup())) {
            for (int i = 0; i < rows.length; i++) {
                rows[i] = reader.next();
                size += rows[i].image().length;
            }
        } catch (RuntimeException | Error e) {
            synchronized (this) {
                entries.remove(key, entry);
            }
            entry.rows.completeExceptionally(e);
            return;
        }
        entry.rows.complete(rows);
        synchronized (this) {
            entry.bytes = size;
            bytes += size;
            evict(limit);
        }
    }

    /** Forgets what was used longest ago; a row group that is still being read has no size yet and stays. */
    private void evict(long limit) {
        Iterator<Entry> oldest = entries.values().iterator();
        while (bytes > limit && oldest.hasNext()) {
            Entry entry = oldest.next();
            if (entry.bytes > 0) {
                bytes -= entry.bytes;
                oldest.remove();
            }
        }
    }
}
