package io.dcd.worker;

import io.dcd.data.Sample;
import io.dcd.train.order.EpochOrder.Segment;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The samples of a task in the order in which it uses them; row groups are read when their first sample is asked for. */
final class SampleSequence {
    private final Configuration configuration;
    private final Path directory;
    private final long cacheBytes;
    private final List<Segment> segments;
    private final long[] begins;
    private final AtomicReferenceArray<Sample[]> rows;

    SampleSequence(Configuration configuration, DataSpec data, List<Segment> segments) {
        this.configuration = configuration;
        this.directory = new Path(data.directory());
        this.cacheBytes = data.cacheBytes();
        this.segments = segments;
        this.rows = new AtomicReferenceArray<>(segments.size());
        this.begins = new long[segments.size() + 1];
        for (int i = 0; i < segments.size(); i++) {
            begins[i + 1] = begins[i] + segments.get(i).rows().length;
        }
    }

    /** The number of samples. */
    long size() {
        return begins[segments.size()];
    }

    /** The sample at {@code position}; several threads may ask. */
    Sample get(long position) {
        int found = Arrays.binarySearch(begins, position);
        int index = found >= 0 ? found : -found - 2;
        Segment segment = segments.get(index);
        Sample[] loaded = rows.get(index);
        if (loaded == null) {
            loaded = RowGroupCache.SHARED.rows(configuration, directory, segment.rowGroup(), cacheBytes);
            rows.set(index, loaded);
        }
        int offset = (int) (position - begins[index]);
        if (offset == segment.rows().length - 1) {
            // Later positions lie in later segments. A thread that comes late for an earlier one asks the cache again.
            rows.set(index, null);
        }
        return loaded[segment.rows()[offset]];
    }
}
