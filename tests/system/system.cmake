# Unmodified clients on the real gateway. One script, one behaviour; 77 means that a program it needs is not installed.
function(sluice_system_test name script)
  add_test(NAME ${name} COMMAND ${CMAKE_CURRENT_LIST_DIR}/${script} ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS system TIMEOUT 120 SKIP_RETURN_CODE 77
    ENVIRONMENT "SLUICE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endfunction()

foreach(client nbdinfo nbdcopy qemu_img qemu_io fio_verify holes)
  sluice_system_test(system_${client}_memory_tcp ${client}.sh memory tcp)
  sluice_system_test(system_${client}_file_unix ${client}.sh file unix)
  sluice_system_test(system_${client}_upstream_tcp ${client}.sh upstream tcp)
  sluice_system_test(system_${client}_slice_unix ${client}.sh slice unix)
endforeach()
foreach(client qemu_img qemu_io nbdcopy fio_verify holes)
  sluice_system_test(system_${client}_direct_unix ${client}.sh direct unix)
endforeach()
sluice_system_test(system_fio_verify_pool_unix fio_verify.sh pool unix)
sluice_system_test(system_upstream_restart_4 upstream_restart.sh 4)
foreach(behaviour io_engine block_device drain_device upstream_stalled upstream_tls)
  sluice_system_test(system_${behaviour} ${behaviour}.sh)
endforeach()
foreach(behaviour slices read_only errors large_volume holes_unknown many_clients garbage drain reload metrics upstream_restart missing_resource
    tls_certificates tls_psk tls_refusals)
  sluice_system_test(system_${behaviour} ${behaviour}.sh)
endforeach()
sluice_system_test(system_abrupt_disconnect_memory abrupt_disconnect.sh memory tcp)
sluice_system_test(system_abrupt_disconnect_upstream abrupt_disconnect.sh upstream unix)
foreach(goal 500 2000)
  sluice_system_test(system_static_limit_${goal}_iops static_limit.sh iops ${goal})
endforeach()
sluice_system_test(system_static_limit_10_mb_per_s static_limit.sh bandwidth 10)
sluice_system_test(system_wrong_config_gateway wrong_config.sh sluice-gateway gateway name 7 gateway.ini)

# Wrong configuration and missing resources of the server's processes.
set(schema --database-manager.schema-directory=${PROJECT_SOURCE_DIR}/deploy/schema)
sluice_system_test(system_wrong_config_database_manager wrong_config.sh
  sluice-database-manager database-manager buffer-rows "\"many\"" database-manager.ini ${schema})
sluice_system_test(system_wrong_config_performance_monitor wrong_config.sh
  sluice-performance-monitor performance-monitor port "\"high\"" performance-monitor.ini)
sluice_system_test(system_resources_database_manager server_resources.sh
  sluice-database-manager ${schema} --database-manager.url=postgresql:///nobody?host=/nowhere
  --database-manager.spool-directory=SCRATCH/spool --database-manager.signing-key=SCRATCH/signing-key)
sluice_system_test(system_resources_performance_monitor server_resources.sh
  sluice-performance-monitor --performance-monitor.port=PORT)
sluice_system_test(system_wrong_config_application_server wrong_config.sh
  sluice-application-server application-server port "\"high\"" application-server.ini)
sluice_system_test(system_wrong_config_core wrong_config.sh sluice-core sla-core tick "\"often\"" sla-core.ini)
set(serve --application-server.port=PORT --application-server.token-file=SCRATCH/token)
sluice_system_test(system_resources_application_server server_resources.sh sluice-application-server ${serve})
sluice_system_test(system_resources_core server_resources.sh sluice-core)
sluice_system_test(system_port_in_use_application_server port_in_use.sh sluice-application-server ${serve})

sluice_system_test(system_server_tls server_tls.sh)

# The command line client against a whole instance.
sluice_system_test(system_client client.sh)
sluice_system_test(system_client_access client_access.sh)
set_tests_properties(system_client system_client_access PROPERTIES RUN_SERIAL ON)
