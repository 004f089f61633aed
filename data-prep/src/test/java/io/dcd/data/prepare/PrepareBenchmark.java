package io.dcd.data.prepare;

import com.sun.management.OperatingSystemMXBean;
import io.dcd.data.ClassIndex;
import io.dcd.data.Digests;
import io.dcd.data.Split;
import io.dcd.data.image.ImageDecoder;
import io.dcd.data.source.ImageSource;
import io.dcd.data.source.ImageUnit;
import io.dcd.data.source.OfficialArchiveWriter;
import io.dcd.data.source.SourceLayout;
import io.dcd.data.testing.DrawnArchives;
import io.dcd.data.testing.LocalSpark;
import io.dcd.data.testing.Preparations;
import io.dcd.data.testing.SharedData;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Compares a preparation with the physical limit of the job, copying the archives while hashing them once, and with decoding alone.
 * Needs the full-size photographs beside the repository, and an idle machine: the second column is the processor time, which says more
 * on a busy one. Argument: a directory for a few gigabytes.
 */
final class PrepareBenchmark {
    private static final int COPIES = 30;
    private static final int CLASSES = 50;

    private PrepareBenchmark() {}

    private interface Work {
        void run() throws IOException;
    }

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        Path source = directory.resolve("source");
        List<byte[]> photographs = photographs();
        if (Files.notExists(source)) {
            write(source, photographs);
        }
        long bytes = Files.size(source.resolve("ILSVRC2012_img_train.tar"));
        System.out.printf("%,d images, %,d MB%n", COPIES * photographs.size(), bytes / 1_000_000);
        for (int round = 0; round < 2; round++) {
            measure("copy and hash once", bytes, () -> copy(source, directory.resolve("copy")));
            measure("decode alone, one thread", bytes, () -> decode(photographs));
            for (PixelCheck check : PixelCheck.values()) {
                for (int threads : new int[] {1, 2}) {
                    Path output = directory.resolve("output");
                    delete(output);
                    try (JavaSparkContext spark = LocalSpark.start(threads)) {
                        PrepareOptions options = Preparations.options(source, output)
                                .withSplits(Set.of(Split.TRAIN))
                                .withPixelCheck(check)
                                .build();
                        measure("prepare, " + check + ", " + threads + " threads", bytes, () -> new PrepareJob(
                                        spark, options, PrepareListener.NONE)
                                .run());
                    }
                }
            }
        }
    }

    private static void measure(String name, long bytes, Work work) throws IOException {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long processor = system.getProcessCpuTime();
        long start = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        double processorSeconds = (system.getProcessCpuTime() - processor) / 1e9;
        System.out.printf(
                "%-32s %6.1f s %6.1f s of processor %8.0f MB/s%n",
                name, seconds, processorSeconds, bytes / 1e6 / seconds);
    }

    private static List<byte[]> photographs() throws IOException {
        List<byte[]> photographs = new ArrayList<>();
        Configuration configuration = new Configuration();
        ImageSource source = SourceLayout.ARCHIVES.open(
                configuration, Preparations.path(SharedData.folder("ilsvrc-fullsize")), Set.of(Split.TRAIN));
        for (ImageUnit unit : source.units()) {
            unit.visit(configuration, (name, offset, bytes, content) -> {
                byte[] image = new byte[(int) bytes];
                content.read(image, image.length);
                photographs.add(image);
            });
        }
        return photographs;
    }

    private static void write(Path source, List<byte[]> photographs) throws IOException {
        ClassIndex classes = DrawnArchives.classes(CLASSES);
        try (OfficialArchiveWriter writer =
                new OfficialArchiveWriter(new Configuration(), Preparations.path(source), classes)) {
            for (int i = 0; i < COPIES * photographs.size(); i++) {
                writer.addTraining(classes.ofLabel(i % CLASSES).wnid(), photographs.get(i % photographs.size()));
            }
            writer.addValidation(classes.ofLabel(0).wnid(), photographs.get(0));
        }
    }

    private static void copy(Path source, Path target) throws IOException {
        MessageDigest digest = Digests.newMd5();
        Files.createDirectories(target);
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.toList()) {
                try (InputStream in = Files.newInputStream(file);
                        OutputStream out = Files.newOutputStream(target.resolve(file.getFileName()))) {
                    byte[] buffer = new byte[1 << 20];
                    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                        digest.update(buffer, 0, count);
                        out.write(buffer, 0, count);
                    }
                }
            }
        }
        delete(target);
    }

    private static void decode(List<byte[]> photographs) {
        try (ImageDecoder decoder = new ImageDecoder()) {
            for (int i = 0; i < COPIES * photographs.size(); i++) {
                decoder.decode(photographs.get(i % photographs.size()));
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
