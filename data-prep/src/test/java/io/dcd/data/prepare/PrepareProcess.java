package io.dcd.data.prepare;

import io.dcd.data.PreparedData;
import io.dcd.data.prepare.PrepareListener.Phase;
import io.dcd.data.prepare.PrepareListener.Progress;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** A preparation in a process of its own, which tests may kill. Arguments: master, source, output, {@link Fault}. */
final class PrepareProcess {
    static final ShardLimits SHARDS = new ShardLimits(1 << 20, 5, 1 << 20, 10);
    static final int KILLED = 137;

    /** What befalls the process. */
    enum Fault {
        NONE,
        /** The driver ends without a word when the first shard is written. */
        DRIVER_DIES,
        /** An executor's process is killed when the first unit has been checked. */
        EXECUTOR_DIES
    }

    private PrepareProcess() {}

    public static void main(String[] arguments) {
        Fault fault = Fault.valueOf(arguments[3]);
        SparkConf conf = new SparkConf()
                .setMaster(arguments[0])
                .setAppName("test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "localhost")
                .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                // Longer than a process is paused.
                .set("spark.network.timeout", "3600s")
                .set("spark.hadoop.fs." + DyingFileSystem.SCHEME + ".impl", DyingFileSystem.class.getName())
                .set("spark.hadoop.fs." + PausingFileSystem.SCHEME + ".impl", PausingFileSystem.class.getName());
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            PrepareOptions options = PrepareOptions.builder(new Path(arguments[1]), new Path(arguments[2]))
                    .withShardLimits(SHARDS)
                    .build();
            PreparedData prepared = new PrepareJob(spark, options, new Faults(fault)).run();
            System.out.println("fingerprint " + prepared.fingerprint());
        }
    }

    private static final class Faults implements PrepareListener {
        private final Fault fault;
        private boolean fired;

        Faults(Fault fault) {
            this.fault = fault;
        }

        @Override
        public void progress(Progress progress) {
            if (fired || progress.images() == 0) {
                return;
            }
            if (fault == Fault.DRIVER_DIES && progress.phase() == Phase.WRITE) {
                Runtime.getRuntime().halt(KILLED);
            } else if (fault == Fault.EXECUTOR_DIES && progress.phase() == Phase.CHECK) {
                fired = true;
                // Every Java process below the driver is an executor.
                Optional<ProcessHandle> executor = ProcessHandle.current()
                        .descendants()
                        .filter(process -> process.info().command().orElse("").endsWith("java"))
                        .findFirst();
                System.out.println("killed an executor: "
                        + executor.map(ProcessHandle::destroyForcibly).orElse(false));
            }
        }
    }
}
