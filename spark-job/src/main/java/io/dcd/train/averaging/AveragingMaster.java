package io.dcd.train.averaging;

import java.util.Collection;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.api.TrainingResult;
import org.deeplearning4j.spark.api.TrainingWorker;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * A training master that hands an epoch on. Of dl4j-spark's protocol only the paths' entrance means something here: workers run the
 * engine's plans, not DL4J's fit loop, so there are no data sets, no worker instances, no hooks and no statistics of its kind.
 */
final class AveragingMaster implements TrainingMaster<TrainingResult, TrainingWorker<TrainingResult>> {
    private final Consumer<JavaRDD<String>> epoch;

    AveragingMaster(Consumer<JavaRDD<String>> epoch) {
        this.epoch = epoch;
    }

    @Override
    public void executeTrainingPaths(
            SparkDl4jMultiLayer network,
            SparkComputationGraph graph,
            JavaRDD<String> workers,
            DataSetLoader loader,
            MultiDataSetLoader multiLoader) {
        if (graph == null) {
            throw unsupported("a MultiLayerNetwork");
        }
        epoch.accept(workers);
    }

    @Override
    public void executeTraining(SparkDl4jMultiLayer network, JavaRDD<DataSet> data) {
        throw unsupported("an RDD of DataSets");
    }

    @Override
    public void executeTraining(SparkComputationGraph graph, JavaRDD<DataSet> data) {
        throw unsupported("an RDD of DataSets");
    }

    @Override
    public void executeTrainingMDS(SparkComputationGraph graph, JavaRDD<MultiDataSet> data) {
        throw unsupported("an RDD of MultiDataSets");
    }

    @Override
    public TrainingWorker<TrainingResult> getWorkerInstance(SparkDl4jMultiLayer network) {
        throw unsupported("a DL4J worker");
    }

    @Override
    public TrainingWorker<TrainingResult> getWorkerInstance(SparkComputationGraph graph) {
        throw unsupported("a DL4J worker");
    }

    @Override
    public void addHook(TrainingHook hook) {
        throw unsupported("a hook");
    }

    @Override
    public void removeHook(TrainingHook hook) {
        throw unsupported("a hook");
    }

    @Override
    public String toJson() {
        throw unsupported("JSON of the master");
    }

    @Override
    public String toYaml() {
        throw unsupported("YAML of the master");
    }

    @Override
    public void setCollectTrainingStats(boolean collect) {
        if (collect) {
            throw unsupported("DL4J's statistics (see metrics.jsonl)");
        }
    }

    @Override
    public boolean getIsCollectTrainingStats() {
        return false;
    }

    @Override
    public SparkTrainingStats getTrainingStats() {
        throw unsupported("DL4J's statistics (see metrics.jsonl)");
    }

    @Override
    public void setListeners(Collection<TrainingListener> listeners) {
        requireNone(listeners);
    }

    @Override
    public void setListeners(StatsStorageRouter router, Collection<TrainingListener> listeners) {
        requireNone(listeners);
    }

    @Override
    public boolean deleteTempFiles(JavaSparkContext context) {
        return true;
    }

    @Override
    public boolean deleteTempFiles(SparkContext context) {
        return true;
    }

    private static void requireNone(Collection<TrainingListener> listeners) {
        if (listeners != null && !listeners.isEmpty()) {
            throw unsupported("a DL4J listener");
        }
    }

    private static UnsupportedOperationException unsupported(String what) {
        return new UnsupportedOperationException(
                "parameter averaging here trains over worker numbers by fitPaths; it has no use for " + what);
    }
}
