package io.dcd;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/** A real HDFS of one name node and one data node in this process. */
public final class LocalHdfs {
    public static final int BLOCK = 1 << 20;

    private LocalHdfs() {}

    /** @param directory for its files */
    public static MiniDFSCluster start(Path directory) throws IOException {
        Configuration configuration = new HdfsConfiguration();
        configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, directory.toString());
        configuration.setLong("dfs.blocksize", BLOCK);
        configuration.setInt("dfs.replication", 1);
        // A client asks so soon again, instead of after 400 ms, whether the data node has told of a block.
        configuration.setInt("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", 10);
        // The metrics loggers want a log4j 1 that Spark's class path replaces.
        configuration.setInt("dfs.namenode.metrics.logger.period.seconds", 0);
        configuration.setInt("dfs.datanode.metrics.logger.period.seconds", 0);
        return new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
    }
}
