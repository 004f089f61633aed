package io.dcd.train.averaging;

import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A DL4J network that is trained on Spark through dl4j-spark's own door, {@link SparkComputationGraph#fitPaths}, by a training master of
 * ours. What dl4j-spark calls paths are here the numbers of the logical workers, one partition each: pixels do not pass through Spark.
 */
public final class AveragedNetwork {
    private final ComputationGraph network;
    private final SparkComputationGraph spark;
    private final JavaRDD<String> workers;

    /**
     * @param parameters the flat vector to begin with
     * @param epoch trains one epoch over the RDD of worker numbers
     */
    public AveragedNetwork(
            JavaSparkContext context,
            ComputationGraphConfiguration configuration,
            float[] parameters,
            int workers,
            Consumer<JavaRDD<String>> epoch) {
        this.network = new ComputationGraph(configuration);
        INDArray flat = Nd4j.createUninitialized(DataType.FLOAT, parameters.length);
        network.init(flat, false);
        setParameters(parameters);
        this.spark = new SparkComputationGraph(context, network, new AveragingMaster(epoch));
        this.workers = context.parallelize(
                IntStream.range(0, workers).mapToObj(Integer::toString).toList(), workers);
    }

    /** Trains one epoch, and counts it in the network's configuration. */
    public void fitEpoch() {
        spark.fitPaths(workers);
    }

    /** Copies {@code parameters} into the network's flat vector. */
    public void setParameters(float[] parameters) {
        INDArray flat = network.params();
        if (flat.length() != parameters.length || flat.dataType() != DataType.FLOAT) {
            throw new IllegalArgumentException("%d values do not fit the network's %d of type %s"
                    .formatted(parameters.length, flat.length(), flat.dataType()));
        }
        ((FloatPointer) flat.data().pointer()).put(parameters, 0, parameters.length);
    }
}
