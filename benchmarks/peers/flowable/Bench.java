import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowable.engine.ProcessEngine;
import org.flowable.engine.impl.cfg.StandaloneProcessEngineConfiguration;
import org.flowable.task.api.Task;

/** Completions of user tasks a second on the clock and of processor time, a transaction each: MODEL JDBC-URL DRIVER USER INSTANCES WARM-UP. */
public class Bench {
    public static void main(String[] args) throws Exception {
        var settings = new StandaloneProcessEngineConfiguration();
        settings.setJdbcUrl(args[1]);
        settings.setJdbcDriver(args[2]);
        settings.setJdbcUsername(args[3]);
        settings.setJdbcPassword("");
        settings.setDatabaseSchemaUpdate("true");
        settings.setAsyncExecutorActivate(false);
        ProcessEngine engine = settings.buildProcessEngine();
        var model = Files.readString(Path.of(args[0]));
        engine.getRepositoryService().createDeployment().addString("sequence.bpmn", model).deploy();
        round(engine, Integer.parseInt(args[5]));
        System.out.println(round(engine, Integer.parseInt(args[4])));
        engine.close();
    }

    /** Every instance goes one step on, again and again until all have ended. */
    static String round(ProcessEngine engine, int instances) {
        var tasks = engine.getTaskService();
        List<String> started = new ArrayList<>();
        for (int n = 0; n < instances; n++)
            started.add(engine.getRuntimeService().startProcessInstanceByKey("sequence", Map.of("number", n)).getId());
        var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long spent = 0;
        long used = 0;
        int count = 0;
        while (true) {
            List<String> open = new ArrayList<>();
            for (String id : started)
                for (Task task : tasks.createTaskQuery().processInstanceId(id).list()) open.add(task.getId());
            if (open.isEmpty()) return count / (spent / 1e9) + " " + count / (used / 1e9);
            long begin = System.nanoTime();
            long before = machine.getProcessCpuTime();
            for (String id : open) tasks.complete(id, Map.of("answer", "yes"));
            spent += System.nanoTime() - begin;
            used += machine.getProcessCpuTime() - before;
            count += open.size();
        }
    }
}
