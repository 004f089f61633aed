package io.dcd.data.testing;

import io.dcd.data.PreparedData;
import io.dcd.data.RowGroup;
import io.dcd.data.Sample;
import io.dcd.data.Split;
import io.dcd.data.prepare.PrepareOptions;
import io.dcd.data.shard.RowGroupReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** What tests of preparations share. */
public final class Preparations {
    private Preparations() {}

    public static PrepareOptions.Builder options(Path source, Path output) {
        return PrepareOptions.builder(path(source), path(output));
    }

    public static org.apache.hadoop.fs.Path path(Path local) {
        return new org.apache.hadoop.fs.Path(local.toUri());
    }

    /** Every sample of a split, in order. */
    public static List<Sample> samples(PreparedData prepared, Split split) {
        List<Sample> samples = new ArrayList<>();
        for (RowGroup rowGroup : prepared.split(split).rowGroups()) {
            try (RowGroupReader reader = RowGroupReader.open(new Configuration(), prepared.directory(), rowGroup)) {
                reader.forEachRemaining(samples::add);
            }
        }
        return samples;
    }

    /** Every file below a folder with its content. */
    public static Map<String, List<Byte>> files(Path folder) throws IOException {
        Map<String, List<Byte>> files = new TreeMap<>();
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                List<Byte> content = new ArrayList<>();
                for (byte value : Files.readAllBytes(file)) {
                    content.add(value);
                }
                files.put(folder.relativize(file).toString(), content);
            }
        }
        return files;
    }
}
