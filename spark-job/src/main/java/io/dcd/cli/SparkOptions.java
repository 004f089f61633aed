package io.dcd.cli;

import io.dcd.data.file.Reason;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;

/** The options by which a command runs on Spark. */
final class SparkOptions {
    @Option(
            names = "--master",
            paramLabel = "URL",
            description = "Spark master; default: that of spark-submit, or local[*].")
    private String master;

    /** How file systems are reached, without starting Spark. */
    static Configuration hadoopConfiguration() {
        return SparkHadoopUtil.get().newConfiguration(new SparkConf());
    }

    /**
     * A path as every executor understands it, whatever its working directory is.
     *
     * @throws UsageException if it names no file system
     */
    static Path path(Configuration configuration, String text) {
        try {
            Path path = new Path(text);
            return path.getFileSystem(configuration).makeQualified(path);
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageException("the path '%s' cannot be used: %s".formatted(text, Reason.of(e)));
        } catch (RuntimeException e) {
            if (e.getCause() instanceof ClassNotFoundException missing) {
                throw new UsageException(
                        "the path '%s' cannot be used: %s; add that file system's jars, as with spark-submit's --packages"
                                .formatted(text, Reason.of(missing)));
            }
            throw e;
        }
    }

    /**
     * Starts Spark, or takes the session that runs already.
     *
     * @param name of the application, as Spark's web page shows it
     */
    SparkSession start(String name) {
        SparkConf conf = new SparkConf();
        if (master != null) {
            conf.setMaster(master);
        }
        conf.setIfMissing("spark.master", "local[*]");
        conf.setAppName(name);
        // The engine's own vector loops; Spark puts the options that users give behind these.
        conf.setIfMissing("spark.executor.defaultJavaOptions", "--add-modules=jdk.incubator.vector");
        // Progress is shown by the commands themselves.
        conf.setIfMissing("spark.ui.showConsoleProgress", "false");
        // Parameters do not compress.
        conf.setIfMissing("spark.broadcast.compress", "false");
        // Results are W parameter vectors a round, not a mistake; the commands check their size against the heap.
        conf.setIfMissing("spark.driver.maxResultSize", "0");
        return SparkSession.builder().config(conf).getOrCreate();
    }
}
